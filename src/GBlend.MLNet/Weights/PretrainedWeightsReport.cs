namespace GBlend.MLNet;

/// <summary>A report of what an encoder takes from a state dict.</summary>
/// <param name="Matched">The tensors of the encoder that start from the file.</param>
/// <param name="Dropped">The tensors of the file's classifier, which is not needed.</param>
/// <param name="Left">The other tensors of the file, which the encoder does not have.</param>
/// <param name="Missing">The tensors of the encoder that the file does not have; they start as they do without pre-trained weights.</param>
public sealed record PretrainedWeightsReport(
    IReadOnlyList<PretrainedTensor> Matched, IReadOnlyList<NamedShape> Dropped, IReadOnlyList<NamedShape> Left, IReadOnlyList<NamedShape> Missing)
{
    private const int MostListed = 20;

    /// <summary>Describes the report in one line.</summary>
    /// <returns>
    /// The line, which says how many tensors matched and names the others with their shapes: those that were adapted, dropped, left and missing,
    /// at most 20 of each.
    /// </returns>
    public override string ToString()
    {
        var parts = new List<string> { $"{Matched.Count} tensors matched" };
        Add("adapted", [.. Matched.Where(m => m.IsAdapted)]);
        Add("dropped", Dropped);
        Add("left", Left);
        Add("missing", Missing);
        return string.Join("; ", parts);

        void Add(string what, IReadOnlyCollection<object> tensors)
        {
            if (tensors.Count > 0)
                parts.Add($"{what} {List(tensors)}");
        }
    }

    internal static string List(IReadOnlyCollection<object> tensors) =>
        string.Join(", ", tensors.Take(MostListed)) + (tensors.Count > MostListed ? $" and {tensors.Count - MostListed} more" : "");
}

/// <summary>A tensor of an encoder, and the tensor of the file from which it starts.</summary>
/// <param name="Name">The tensor's name in the encoder.</param>
/// <param name="Shape">The tensor's shape in the encoder, outermost dimension first.</param>
/// <param name="FileName">The tensor's name in the file.</param>
/// <param name="FileShape">The tensor's shape in the file, which is the same unless the tensor was adapted.</param>
public sealed record PretrainedTensor(string Name, IReadOnlyList<long> Shape, string FileName, IReadOnlyList<long> FileShape)
{
    /// <summary>A value that says whether this is a first convolution that was adapted to another number of input channels.</summary>
    public bool IsAdapted => !Shape.SequenceEqual(FileShape);

    /// <summary>Describes both tensors by their names and shapes.</summary>
    /// <returns>The description, for example <c>stem.0.weight [64, 2, 7, 7] from conv1.weight [64, 3, 7, 7]</c>.</returns>
    public override string ToString() => $"{Name} {Show.Shape(Shape)} from {Show.Text(FileName)} {Show.Shape(FileShape)}";
}
