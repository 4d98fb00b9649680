namespace GBlend.MLNet;

/// <summary>The treatment of a row whose file can't be used: missing, empty, damaged, or without the track that is asked for.</summary>
public enum OnBadMedia
{
    /// <summary>Reading stops with an <see cref="InvalidDataException"/> that names the file, the row and the reason.</summary>
    Fail,

    /// <summary>
    /// The row is left out, its file is listed in <see cref="MediaTransformer.BadFiles"/>, and the log has a warning. A prediction engine, which has no row to
    /// leave out, fails instead.
    /// </summary>
    Skip,

    /// <summary>
    /// The row is kept without this modality: its value is an empty vector (length 0) where the values are bytes or token ids, and a
    /// vector of NaN where they are floats.
    /// </summary>
    Missing,
}
