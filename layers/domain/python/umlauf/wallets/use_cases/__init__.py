"""What wallets can be told."""
