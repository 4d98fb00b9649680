namespace Examples;

/// <summary>Something the user can put right: printed as one line, without a stack trace.</summary>
internal sealed class UserErrorException(string message) : Exception(message);
