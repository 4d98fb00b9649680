namespace GBlend.MLNet.Tables;

/// <summary>A column of a table and what it is taken for.</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="Kind">The kind that it is taken for.</param>
/// <param name="Why">The reason, in words.</param>
/// <param name="Values">The number of rows that have a value, among the rows that were looked at.</param>
/// <param name="Missing">The number of rows that have none.</param>
/// <param name="Distinct">The number of different values.</param>
public sealed record TableColumn(string Name, ColumnKind Kind, string Why, int Values, int Missing, int Distinct)
{
    /// <summary>
    /// A value that says whether the column looks as if it grouped rows (people, cameras, sessions), so that rows of one value should be held
    /// out together: name it as <see cref="MultiModalOptions.SamplingKey"/> if it does.
    /// </summary>
    public bool MayGroupRows { get; init; }

    /// <summary>The label's number of different whole values and whether all are whole, for the task.</summary>
    internal bool IsWhole { get; init; }

    /// <summary>Whether the values are text that has to be converted first.</summary>
    internal bool IsText { get; init; }
}
