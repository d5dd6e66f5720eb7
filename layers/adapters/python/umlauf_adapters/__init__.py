"""The rooms that speak AWS for the domain: PynamoDB repositories, EventBridge, IoT, S3, SES."""
