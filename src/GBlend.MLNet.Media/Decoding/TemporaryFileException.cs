namespace GBlend.MLNet;

/// <summary>The machine has no place for a temporary file.</summary>
internal sealed class TemporaryFileException : IOException
{
    internal TemporaryFileException(string folder, Exception cause) : base($"No temporary file can be written in '{folder}': {cause.Message}", cause) =>
        HResult = cause.HResult;
}
