"""What customers use: cumulative registers in, usage per subscription, meter and local day out."""
