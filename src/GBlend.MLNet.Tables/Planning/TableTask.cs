namespace GBlend.MLNet.Tables;

/// <summary>The tasks that a model of a table may have.</summary>
public enum TableTask
{
    /// <summary>The label has one of several values.</summary>
    Multiclass,

    /// <summary>The label is true or false.</summary>
    Binary,

    /// <summary>The label is a number.</summary>
    Regression,

    /// <summary>The label is a vector of zeros and ones, any number of which may be one.</summary>
    MultiLabel,
}
