//! What a handler fails with.

use asf_api_bedrock_runtime::{BedrockRuntimeError, ModelErrorException, ThrottlingException};
use asf_runtime::AwsError;
use asf_runtime::error::ServiceError;

fn invoke(prompts_left: usize, failed: Option<i32>, prompt: &str) -> Result<String, BedrockRuntimeError> {
    // Modelled, with a text: `?` makes the service's error of it.
    prompts_left.checked_sub(1).ok_or_else(|| ThrottlingException::new("Too many requests."))?;

    // Modelled, with members of its own.
    if let Some(status) = failed {
        return Err(ModelErrorException {
            original_status_code: Some(status),
            ..ModelErrorException::new("The model failed.")
        }
        .into());
    }

    // Not in the model: the caller's fault with status 400, or ours with 500, or any other status.
    if prompt.is_empty() {
        return Err(AwsError::sender("EmptyPrompt", "The prompt is empty.").with_status(413).into());
    }
    Ok(prompt.to_uppercase())
}

#[test]
fn what_a_client_gets() {
    for (arguments, code, status) in [
        ((0, None, "p"), "ThrottlingException", 429),
        ((1, Some(503), "p"), "ModelErrorException", 424),
        ((1, None, ""), "EmptyPrompt", 413),
    ] {
        let (left, failed, prompt) = arguments;
        let error = invoke(left, failed, prompt).unwrap_err();
        assert_eq!((error.code(), error.status()), (code, status));
    }
    assert_eq!(invoke(1, None, "p").unwrap(), "P");
}
