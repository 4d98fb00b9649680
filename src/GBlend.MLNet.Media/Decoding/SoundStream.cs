namespace GBlend.MLNet;

/// <summary>The sound of an open file as one channel, the mean of its channels, read forwards.</summary>
internal abstract class SoundStream : IDisposable
{
    /// <summary>Samples per second.</summary>
    internal abstract int Rate { get; }

    /// <summary>Where sample 0 is, in seconds on the file's clock.</summary>
    internal abstract double Origin { get; }

    /// <summary>How many samples there are by the file's own account.</summary>
    internal abstract long Samples { get; }

    /// <summary>Packets that could not be decoded so far, in whose place there is silence.</summary>
    internal virtual long Lost => 0;

    /// <summary>Whether there is sound at a rate. The filters between two rates grow with them, so that one that nothing has takes all memory.</summary>
    internal static bool IsRate(long rate) => rate is >= 100 and <= 1_000_000;

    /// <summary>Reads samples, from -1 to 1; before, between and after what the file has is silence.</summary>
    /// <param name="first">The first, not before that of the call before.</param>
    /// <param name="destination">As many as are wanted.</param>
    /// <exception cref="BadMediaException">The file is damaged.</exception>
    internal abstract void Read(long first, Span<float> destination);

    /// <summary>Reads to the end.</summary>
    /// <returns>How many samples there really are.</returns>
    /// <exception cref="BadMediaException">The file is damaged.</exception>
    internal abstract long Count();

    public abstract void Dispose();
}
