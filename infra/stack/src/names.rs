//! How things are called: computed in one place, from the stage, the service and the entry's own name.
//!
//! `${Stage}`, `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}` stay in the text; `CloudFormation`'s
//! `Fn::Sub` fills them in, and so does Terraform, whose syntax for them is the same.

/// `place-order` → `PlaceOrder`: an entry's logical id in its template.
pub fn pascal(name: &str) -> String {
    name.split(['-', '_', '.'])
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect()
            })
        })
        .collect()
}

/// `place-order` → `PLACE_ORDER`: an entry's name in an environment.
pub fn upper_snake(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

/// `place-order` → `place_order`: a name as Rust writes it.
pub fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// `${Stage}-order-place-order`: functions, tables, queues, rules and schedules.
pub fn of(service: &str, name: &str) -> String {
    format!("${{Stage}}-{service}-{name}")
}

/// `${Stage}-souk`, the event bus.
pub const BUS: &str = "${Stage}-souk";

/// `${Stage}-souk-imports-${AWS::AccountId}`.
pub fn bucket(name: &str) -> String {
    format!("${{Stage}}-souk-{name}-${{AWS::AccountId}}")
}

/// `/aws/lambda/${Stage}-order-place-order`.
pub fn log_group(service: &str, function: &str) -> String {
    format!("/aws/lambda/{}", of(service, function))
}

/// `/souk/${Stage}/jwt-signing-key`.
pub fn secret(name: &str) -> String {
    format!("/souk/${{Stage}}/{name}")
}

/// The ARN of something regional: `arn(“sqs”, “name”)`.
pub fn arn(service: &str, resource: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
}

/// The ARN of a table.
pub fn table_arn(service: &str, table: &str) -> String {
    arn("dynamodb", &format!("table/{}", of(service, table)))
}

/// The service and the table that count requests for every route with a rate.
pub const LIMITS: (&str, &str) = ("gateway", "limits");

/// The service, and its table and view, that keep when API keys were last used: whatever they open writes there.
pub const KEY_USES: (&str, &str) = ("gateway", "key-uses");

/// The ARN of a queue.
pub fn queue_arn(service: &str, queue: &str) -> String {
    arn("sqs", &of(service, queue))
}

/// The ARN of a bucket.
pub fn bucket_arn(name: &str) -> String {
    format!("arn:${{AWS::Partition}}:s3:::{}", bucket(name))
}

/// The service that publishes an event type: its first word, except that stock comes from inventory.
pub fn publisher(event: &str) -> &str {
    match event.split('.').next().unwrap_or_default() {
        "audit-export" => "admin",
        "ledger" => "payment",
        "session" => "customer",
        "stock" => "inventory",
        word => word,
    }
}

/// The longest stage name that the platform stack accepts; every name must fit with it.
pub const LONGEST_STAGE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_each_of_its_spellings() {
        assert_eq!(
            pascal("reserve-stock-on-order-placed"),
            "ReserveStockOnOrderPlaced"
        );
        assert_eq!(upper_snake("jwt-signing-key"), "JWT_SIGNING_KEY");
        assert_eq!(of("order", "place-order"), "${Stage}-order-place-order");
        assert_eq!(publisher("stock.reserved.v1"), "inventory");
        assert_eq!(publisher("order.placed.v1"), "order");
    }
}
