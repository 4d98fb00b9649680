namespace Serving;

/// <summary>Something that the caller can put right. The message says which row and column, and how.</summary>
internal sealed class BadRowException(string message, Exception? cause = null) : Exception(message, cause);
