//! A template as AWS expands it, and what its functions (`Ref`, `Fn::Sub`, `Fn::GetAtt`) come to.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::names;

/// An expanded template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its resources, by logical id.
    pub resources: BTreeMap<String, Value>,
    /// How many parameters it has.
    pub parameters: usize,
}

impl Template {
    /// A template from its JSON form.
    pub fn of(template: &Value) -> Self {
        let resources = template["Resources"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let parameters = template["Parameters"]
            .as_object()
            .map_or(0, serde_json::Map::len);
        Self {
            resources: resources.into_iter().collect(),
            parameters,
        }
    }

    /// The resources of a type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource["Type"] == kind)
    }

    /// The properties of each resource of a type.
    pub(super) fn properties<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.of_type(kind)
            .map(|(_, resource)| &resource["Properties"])
    }

    /// What a value comes to, with `${Stage}` and AWS's own placeholders left in it.
    pub fn text(&self, value: &Value) -> String {
        if let Some(text) = value.as_str() {
            return text.to_owned();
        }
        if let Some(text) = value["Fn::Sub"].as_str() {
            return self.substitute(text);
        }
        if let Some(id) = value["Ref"].as_str() {
            return self.reference(id);
        }
        // What differs is for an emulator: proven is what AWS gets.
        if let Some(on_aws) = value["Fn::If"].get(1) {
            return self.text(on_aws);
        }
        match &value["Fn::GetAtt"] {
            Value::Array(parts) => {
                let part =
                    |index: usize| parts.get(index).and_then(Value::as_str).unwrap_or_default();
                self.attribute(part(0), part(1))
            }
            Value::String(text) => {
                let (id, attribute) = text.split_once('.').unwrap_or((text, ""));
                self.attribute(id, attribute)
            }
            _ if value.is_number() || value.is_boolean() => value.to_string(),
            _ => String::new(),
        }
    }

    /// A list of values, or the one value that stands for it.
    pub(super) fn texts(&self, value: &Value) -> Vec<String> {
        match value {
            Value::Array(values) => values.iter().map(|value| self.text(value)).collect(),
            Value::Null => Vec::new(),
            value => vec![self.text(value)],
        }
    }

    fn substitute(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for id in self.resources.keys() {
            let wanted = format!("${{{id}.Arn}}");
            if text.contains(&wanted) {
                text = text.replace(&wanted, &self.attribute(id, "Arn"));
            }
        }
        text
    }

    fn property(&self, id: &str, name: &str) -> String {
        self.resources.get(id).map_or_else(String::new, |resource| {
            self.text(&resource["Properties"][name])
        })
    }

    fn reference(&self, id: &str) -> String {
        match self
            .resources
            .get(id)
            .and_then(|resource| resource["Type"].as_str())
        {
            Some("AWS::Lambda::Alias") => {
                let function = self.property(id, "FunctionName");
                format!(
                    "{}:{}",
                    names::arn("lambda", &format!("function:{function}")),
                    self.property(id, "Name")
                )
            }
            Some("AWS::Lambda::Function") => self.property(id, "FunctionName"),
            Some("AWS::Logs::LogGroup") => self.property(id, "LogGroupName"),
            Some("AWS::SQS::Queue") => format!("url:{}", self.attribute(id, "Arn")),
            _ => format!("${{{id}}}"),
        }
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        let name = |property: &str| self.property(id, property);
        match (
            self.resources
                .get(id)
                .and_then(|resource| resource["Type"].as_str()),
            attribute,
        ) {
            (Some("AWS::SQS::Queue"), "Arn") => names::arn("sqs", &name("QueueName")),
            (Some("AWS::SQS::Queue"), "QueueName") => name("QueueName"),
            (Some("AWS::DynamoDB::Table"), "Arn") => {
                names::arn("dynamodb", &format!("table/{}", name("TableName")))
            }
            (Some("AWS::DynamoDB::Table"), "StreamArn") => {
                format!("{}/stream/*", self.attribute(id, "Arn"))
            }
            (Some("AWS::S3::Bucket"), "Arn") => {
                format!("arn:${{AWS::Partition}}:s3:::{}", name("BucketName"))
            }
            (Some("AWS::Events::Rule"), "Arn") => names::arn(
                "events",
                &format!("rule/{}/{}", name("EventBusName"), name("Name")),
            ),
            _ => format!("${{{id}.{attribute}}}"),
        }
    }
}
