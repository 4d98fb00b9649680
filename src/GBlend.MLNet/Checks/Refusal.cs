using System.Text.Json;

namespace GBlend.MLNet;

/// <summary>
/// The one place where what goes wrong in reading a file that may be damaged or hostile becomes the documented exception. What is wrong with the
/// machine (no memory, no access, a disk that fails) passes as it is.
/// </summary>
internal static class Refusal
{
    /// <summary>Reads.</summary>
    /// <param name="what">What is read, as the beginning of a sentence: "The model file's settings".</param>
    /// <param name="remedy">What to do about it, as a sentence.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="InvalidDataException">
    /// The content can't be used. The exception has no inner one: ML.NET wraps what a loader throws, and <see cref="Exception.GetBaseException"/>
    /// has to find this.
    /// </exception>
    internal static T Of<T>(string what, string remedy, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e) when (e.InnerException is not null)
        {
            throw new InvalidDataException(e.Message);
        }
        catch (Exception e) when (IsOfTheContent(e))
        {
            throw new InvalidDataException($"{what} are truncated or damaged: {e.Message} {remedy}");
        }
    }

    private static bool IsOfTheContent(Exception e) => e
        is JsonException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException or KeyNotFoundException
        or NullReferenceException or IndexOutOfRangeException or InvalidCastException or ArithmeticException or EndOfStreamException
        && e is not ObjectDisposedException;
}
