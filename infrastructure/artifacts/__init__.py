"""What Lambda receives: how functions and layers are built, trimmed, byte-compiled and measured."""
