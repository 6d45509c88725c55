use super::*;

#[test]
fn yaml_reads_like_a_template_written_by_hand() {
    let document = map! {
        "Resources" => map! {
            "Queue" => map! {
                "Type" => "AWS::SQS::Queue",
                "Properties" => map! {
                    "QueueName" => substitute("${Stage}-order"),
                    "Numbers" => vec![1, 2],
                    "Rules" => vec![map! { "A" => "2012-10-17", "B" => true }],
                    "Empty" => Node::Map(Vec::new()),
                },
            },
            "Next" => map! { "Type" => "AWS::SNS::Topic" },
        },
    };

    assert_eq!(
        document.to_yaml(),
        "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub \"${Stage}-order\"\n      Numbers: [1, 2]\n      Rules:\n        - A: \"2012-10-17\"\n          B: true\n      Empty: {}\n\n  Next:\n    Type: AWS::SNS::Topic\n"
    );
}

#[test]
fn words_that_yaml_would_misread_are_quoted() {
    for text in [
        "true", "No", "12", "", "a: b", "*", "{x}", "- a", "ends:", "#c",
    ] {
        assert!(scalar(text).starts_with(['"', '\'']), "{text}");
    }
    for text in [
        "AWS::SQS::Queue",
        "/v1/orders",
        "POST /v1/orders",
        "dynamodb:GetItem",
    ] {
        assert_eq!(scalar(text), text);
    }
}

#[test]
fn what_matters_comes_first() {
    let document = map! { "b" => 1, "title" => 2, "a" => vec![map! { "x" => 1, "type" => 2 }] };
    let wanted = map! { "title" => 2, "b" => 1, "a" => vec![map! { "type" => 2, "x" => 1 }] };
    assert_eq!(document.with_first(&["title", "type"]), wanted);
}

#[test]
fn json_keeps_its_order() {
    let document = map! { "z" => 1, "a" => vec!["x"], "m" => map! {} };
    assert_eq!(
        document.to_json(),
        "{\n  \"z\": 1,\n  \"a\": [\"x\"],\n  \"m\": {}\n}\n"
    );
}
