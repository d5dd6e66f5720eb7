"""What every run must keep, whatever happened in it: checked in code, after every scenario."""
