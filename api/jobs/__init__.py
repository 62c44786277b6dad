"""The API's jobs: submitted, given their inputs, watched. Knows no provider's protocol."""
