namespace GBlend.MLNet.Tables;

/// <summary>The kinds of columns that a table may have, by what a model makes of them.</summary>
public enum ColumnKind
{
    /// <summary>The column is not used.</summary>
    LeftOut,

    /// <summary>The column has numbers; a missing one is replaced by the mean, and the model learns that it was missing.</summary>
    Number,

    /// <summary>The column has one of a few values, which have no order.</summary>
    Category,

    /// <summary>The column has dates or times, of which the model sees the time that has passed.</summary>
    Date,

    /// <summary>The column has free text.</summary>
    Text,

    /// <summary>The column has paths of pictures.</summary>
    Image,

    /// <summary>The column has paths of video files.</summary>
    Video,

    /// <summary>The column has paths of sound files.</summary>
    Sound,

    /// <summary>The column has a vector of numbers in every row.</summary>
    Vector,
}
