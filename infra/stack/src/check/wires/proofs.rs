//! That what should start a function can.

use serde_json::Value;

use super::Template;
use crate::names;
use crate::plan::{Planned, Trigger};

/// What is wrong with a function's wires.
pub(super) fn of(function: &Planned<'_>, template: &Template) -> Vec<String> {
    let alias = format!(
        "{}:live",
        names::arn("lambda", &format!("function:{}", function.deployed_name()))
    );
    let proof = Proof {
        function,
        template,
        alias,
    };
    let mut wrong = proof.lambda();
    match function.trigger {
        Trigger::Http(_) => wrong.extend(proof.endpoint()),
        Trigger::Events(events) => {
            wrong.extend(proof.rule(events));
            wrong.extend(proof.queue());
        }
        Trigger::Queue(_) => {
            wrong.extend(proof.queue());
            wrong.extend(proof.announcements());
        }
        Trigger::Schedule(_) => wrong.extend(proof.schedule()),
        Trigger::Relay => wrong.extend(proof.stream()),
        Trigger::Invoke => {}
    }
    wrong
}

struct Proof<'a> {
    function: &'a Planned<'a>,
    template: &'a Template,
    /// The ARN that everything calls: a canary moves what stands behind it.
    alias: String,
}

impl Proof<'_> {
    fn one<'a>(&'a self, kind: &'a str, fits: impl Fn(&Value) -> bool) -> Option<&'a Value> {
        self.template
            .properties(kind)
            .find(|properties| fits(properties))
    }

    fn is(&self, value: &Value, text: &str) -> bool {
        self.template.text(value) == text
    }

    /// The function is there, with an alias, a role of its own and a log that ends.
    fn lambda(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let name = self.function.deployed_name();
        let Some(lambda) = self.one("AWS::Lambda::Function", |lambda| {
            self.is(&lambda["FunctionName"], &name)
        }) else {
            return vec!["there is no Lambda of its name".to_owned()];
        };
        let role = self.template.text(&lambda["Role"]);
        let sharing = self
            .template
            .properties("AWS::Lambda::Function")
            .filter(|other| self.is(&other["Role"], &role));
        if sharing.count() != 1 {
            wrong
                .push("shares its role: each function may do what it needs and no more".to_owned());
        }
        if self
            .one("AWS::Lambda::Alias", |alias| {
                self.is(&alias["FunctionName"], &name) || self.refers(&alias["FunctionName"], &name)
            })
            .is_none()
        {
            wrong.push("has no alias `live`: a canary has nothing to shift".to_owned());
        }
        let group = names::log_group(self.function.service(), self.function.name);
        let logged = self.one("AWS::Logs::LogGroup", |log| {
            self.is(&log["LogGroupName"], &group)
        });
        if logged.is_none_or(|log| log["RetentionInDays"].is_null()) {
            wrong.push(
                "has no log group with a retention: its log would be kept, and paid for, for ever"
                    .to_owned(),
            );
        }
        wrong
    }

    fn refers(&self, value: &Value, name: &str) -> bool {
        value["Ref"]
            .as_str()
            .and_then(|id| self.template.resources.get(id))
            .is_some_and(|lambda| self.is(&lambda["Properties"]["FunctionName"], name))
    }

    fn endpoint(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some(route) = self.function.route() else {
            return wrong;
        };
        let integration = self
            .template
            .of_type("AWS::ApiGatewayV2::Integration")
            .find(|(_, integration)| {
                self.is(&integration["Properties"]["IntegrationUri"], &self.alias)
            });
        let Some((id, _)) = integration else {
            return vec!["no integration leads to its alias".to_owned()];
        };
        let target = format!("integrations/${{{id}}}");
        let routed = self.one("AWS::ApiGatewayV2::Route", |found| {
            self.is(&found["RouteKey"], &route.to_string()) && self.is(&found["Target"], &target)
        });
        if routed.is_none() {
            wrong.push(format!("no route `{route}` leads to its integration"));
        }
        let source = names::arn("execute-api", &format!("${{ApiId}}/*/{}", route.pattern()));
        let permitted = self.one("AWS::Lambda::Permission", |permission| {
            self.is(&permission["FunctionName"], &self.alias)
                && permission["Principal"] == "apigateway.amazonaws.com"
                && permission["Action"] == "lambda:InvokeFunction"
                && self.is(&permission["SourceArn"], &source)
        });
        if permitted.is_none() {
            wrong.push("the gateway may not invoke its alias for this route alone: every request would be a 500".to_owned());
        }
        wrong
    }

    fn rule(&self, events: &[String]) -> Vec<String> {
        let mut wrong = Vec::new();
        let queue = names::queue_arn(self.function.service(), self.function.name);
        let name = self.function.deployed_name();
        let Some(rule) = self.one("AWS::Events::Rule", |rule| self.is(&rule["Name"], &name)) else {
            return vec!["no rule listens for it".to_owned()];
        };
        if !self.is(&rule["EventBusName"], names::BUS) {
            wrong.push("its rule listens to another bus than the platform's".to_owned());
        }
        let mut types = self.template.texts(&rule["EventPattern"]["detail-type"]);
        let mut wanted = events.to_vec();
        types.sort();
        wanted.sort();
        if types != wanted {
            wrong.push(format!("its rule listens to {}", types.join(", ")));
        }
        let sources = self.template.texts(&rule["EventPattern"]["source"]);
        if wanted.iter().any(|event| {
            !sources
                .iter()
                .any(|source| source == names::publisher(event))
        }) {
            wrong.push("its rule leaves out a publisher".to_owned());
        }
        if !rule["Targets"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|target| self.is(&target["Arn"], &queue))
        {
            wrong.push("its rule does not lead to its queue".to_owned());
        }
        let arn = names::arn("events", &format!("rule/{}/{name}", names::BUS));
        for queue in [queue.clone(), format!("{queue}-dlq")] {
            if !self.may_send(&queue, "events.amazonaws.com", &arn) {
                wrong.push(format!(
                    "the bus may not send to {queue} for this rule: SQS would refuse every event"
                ));
            }
        }
        wrong
    }

    /// Whether a queue's policy lets a service send on behalf of one source, and of that alone.
    fn may_send(&self, queue: &str, principal: &str, source: &str) -> bool {
        self.template
            .properties("AWS::SQS::QueuePolicy")
            .any(|policy| {
                let on_queue = self
                    .template
                    .texts(&policy["Queues"])
                    .iter()
                    .any(|url| *url == format!("url:{queue}"));
                let statements = policy["PolicyDocument"]["Statement"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default();
                on_queue
                    && statements.iter().any(|statement| {
                        statement["Effect"] == "Allow"
                            && statement["Principal"]["Service"] == principal
                            && statement["Action"] == "sqs:SendMessage"
                            && self.is(&statement["Resource"], queue)
                            && self.is(
                                &statement["Condition"]["ArnEquals"]["aws:SourceArn"],
                                source,
                            )
                    })
            })
    }

    /// Its queue: hidden long enough, with dead letters that someone is told of, and a mapping to the alias.
    fn queue(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let service = self.function.service();
        let queue = names::queue_arn(service, self.function.queue().unwrap_or_default());
        let found = self
            .template
            .of_type("AWS::SQS::Queue")
            .find(|(_, properties)| {
                names::arn(
                    "sqs",
                    &self.template.text(&properties["Properties"]["QueueName"]),
                ) == queue
            });
        let Some((_, found)) = found else {
            return vec!["has no queue".to_owned()];
        };
        let properties = &found["Properties"];
        let visibility = properties["VisibilityTimeout"].as_u64().unwrap_or(30);
        let least = u64::from(self.function.timeout()) * 6;
        if visibility < least {
            wrong.push(format!("its messages are hidden for {visibility} s, less than 6 × its timeout ({least} s): a message would be handled twice at once"));
        }
        let dead_letters = self
            .template
            .text(&properties["RedrivePolicy"]["deadLetterTargetArn"]);
        if dead_letters != format!("{queue}-dlq") {
            wrong.push("its queue has no dead letters: a message that cannot be handled would come back until it is lost".to_owned());
        }
        wrong.extend(self.alarm());
        let mapping = self.one("AWS::Lambda::EventSourceMapping", |mapping| {
            self.is(&mapping["EventSourceArn"], &queue)
                && self.is(&mapping["FunctionName"], &self.alias)
        });
        match mapping {
            None => wrong.push("no mapping leads from its queue to its alias".to_owned()),
            Some(mapping) => wrong.extend(self.partial(mapping)),
        }
        wrong
    }

    fn partial(&self, mapping: &Value) -> Option<String> {
        let reports = self.template.texts(&mapping["FunctionResponseTypes"]);
        (!reports.iter().any(|report| report == "ReportBatchItemFailures"))
            .then(|| "its mapping does not take partial failures: one bad message would repeat the whole batch".to_owned())
    }

    /// Someone is told when something lies in its dead letters.
    fn alarm(&self) -> Option<String> {
        let queue = self.function.dead_letters()?;
        let name = names::of(self.function.service(), &queue);
        let alarm = self.one("AWS::CloudWatch::Alarm", |alarm| {
            alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
                && self.is(&alarm["Dimensions"][0]["Value"], &name)
                && !alarm["AlarmActions"].as_array().is_none_or(Vec::is_empty)
        });
        alarm
            .is_none()
            .then(|| "no alarm watches its dead letters".to_owned())
    }

    fn announcements(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some(prefix) = &self.function.entry.on_object else {
            return wrong;
        };
        let queue = names::queue_arn(
            self.function.service(),
            self.function.queue().unwrap_or_default(),
        );
        // Of several buckets, those that it reads are what it waits for.
        let objects = &self.function.entry.objects;
        for (bucket, _) in objects.iter().filter(|(_, access)| access.read) {
            let name = names::bucket(bucket);
            let announced = self.one("AWS::S3::Bucket", |found| {
                let announcements =
                    found["NotificationConfiguration"]["QueueConfigurations"].as_array();
                self.is(&found["BucketName"], &name)
                    && announcements.into_iter().flatten().any(|announcement| {
                        self.is(&announcement["Queue"], &queue)
                            && announcement
                                .pointer("/Filter/S3Key/Rules/0/Value")
                                .and_then(Value::as_str)
                                == Some(prefix)
                    })
            });
            if announced.is_none() {
                wrong.push(format!(
                    "the bucket {bucket} does not announce its objects in its queue"
                ));
            }
            if !self.may_send(&queue, "s3.amazonaws.com", &names::bucket_arn(bucket)) {
                wrong.push(format!(
                    "the bucket {bucket} may not send to its queue: S3 would refuse the stack"
                ));
            }
        }
        wrong
    }

    fn schedule(&self) -> Vec<String> {
        let Some(schedule) = self.one("AWS::Scheduler::Schedule", |found| {
            self.is(&found["Target"]["Arn"], &self.alias)
        }) else {
            return vec!["no schedule leads to its alias".to_owned()];
        };
        let role = schedule
            .pointer("/Target/RoleArn/Fn::GetAtt/0")
            .and_then(Value::as_str);
        let role = role
            .and_then(|id| self.template.resources.get(id))
            .map(|role| &role["Properties"]);
        let trusted = role.is_some_and(|role| {
            role.pointer("/AssumeRolePolicyDocument/Statement/0/Principal/Service")
                .and_then(Value::as_str)
                == Some("scheduler.amazonaws.com")
        });
        let may = role
            .and_then(|role| role.pointer("/Policies/0/PolicyDocument/Statement/0"))
            .is_some_and(|statement| {
                statement["Effect"] == "Allow"
                    && statement["Action"] == "lambda:InvokeFunction"
                    && self.is(&statement["Resource"], &self.alias)
            });
        if trusted && may {
            Vec::new()
        } else {
            vec!["its schedule's role may not invoke its alias: it would never run".to_owned()]
        }
    }

    fn stream(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let service = self.function.service();
        let stream = format!(
            "{}/stream/*",
            names::table_arn(service, crate::manifest::COMMANDS)
        );
        let Some(mapping) = self.one("AWS::Lambda::EventSourceMapping", |mapping| {
            self.is(&mapping["EventSourceArn"], &stream)
                && self.is(&mapping["FunctionName"], &self.alias)
        }) else {
            return vec!["no mapping leads from the stream of `commands` to its alias".to_owned()];
        };
        let table = self
            .template
            .text(&names::of(service, crate::manifest::COMMANDS).into());
        let streams = self.one("AWS::DynamoDB::Table", |found| {
            self.is(&found["TableName"], &table)
                && found["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
        });
        let mut say = |wrong_here: bool, message: &str| {
            if wrong_here {
                wrong.push(message.to_owned());
            }
        };
        say(streams.is_none(), "`commands` has no stream of new images");
        say(
            mapping["StartingPosition"] != "TRIM_HORIZON",
            "its mapping does not start at the beginning: what was written before it would never be published",
        );
        say(
            mapping["BisectBatchOnFunctionError"] != true,
            "its mapping does not bisect: one bad record would hold up its neighbours",
        );
        say(
            mapping["MaximumRetryAttempts"]
                .as_i64()
                .is_none_or(|tries| tries < 0),
            "its mapping tries for ever: one bad record would block the shard for a day",
        );
        let filtered = mapping
            .pointer("/FilterCriteria/Filters/0/Pattern")
            .and_then(Value::as_str);
        say(
            filtered.is_none_or(|pattern| !pattern.contains("INSERT")),
            "its mapping is not filtered to inserts: clean-up by TTL would be read, and paid for",
        );
        let aside = self
            .template
            .text(&mapping["DestinationConfig"]["OnFailure"]["Destination"]);
        let queue = self.function.dead_letters().unwrap_or_default();
        say(
            aside != names::queue_arn(service, &queue),
            "its mapping has no dead letters: a record that cannot be published would be lost",
        );
        wrong.extend(self.partial(mapping));
        wrong.extend(self.alarm());
        wrong
    }
}
