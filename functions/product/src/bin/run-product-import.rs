//! queue imports: a file of products has come, or an import goes on; brings its products into the catalogue.

use kernel::Problem;
use lambda::queue::{self, Work};
use product::{ImportJob, job::ImportWork};

async fn run_product_import(
    job: &'static ImportJob,
    work: Work<ImportWork>,
) -> Result<(), Problem> {
    for import in work.body.imports() {
        job.run(import, &work).await?;
    }
    Ok(())
}

pub(crate) fn main() -> lambda::Exit {
    queue::serve(ImportJob::start, run_product_import)
}
