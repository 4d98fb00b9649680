namespace GBlend.MLNet;

/// <summary>What a transform does with a row whose file can't be used: missing, empty, damaged, or without the track that is asked for.</summary>
public enum OnBadMedia
{
    /// <summary>Stop with an <see cref="InvalidDataException"/> that names the file, the row and the reason.</summary>
    Fail,

    /// <summary>
    /// Leave the row out, count it in <see cref="MediaTransformer.BadFiles"/> and warn in the log. A prediction engine, which has no row to
    /// leave out, fails instead.
    /// </summary>
    Skip,

    /// <summary>
    /// Keep the row without this modality: an empty vector (length 0) where the values are bytes or token ids, a vector of NaN where they are floats.
    /// </summary>
    Missing,
}
