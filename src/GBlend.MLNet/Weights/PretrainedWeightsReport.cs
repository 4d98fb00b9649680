namespace GBlend.MLNet;

/// <summary>What an encoder takes from a state dict.</summary>
/// <param name="Matched">The encoder's tensors that start from the file.</param>
/// <param name="Dropped">Tensors of the file's classifier, which is not needed.</param>
/// <param name="Left">Other tensors of the file that the encoder does not have.</param>
/// <param name="Missing">The encoder's tensors that the file does not have; they start as without weights.</param>
public sealed record PretrainedWeightsReport(
    IReadOnlyList<PretrainedTensor> Matched, IReadOnlyList<NamedShape> Dropped, IReadOnlyList<NamedShape> Left, IReadOnlyList<NamedShape> Missing)
{
    private const int MostListed = 20;

    /// <summary>One line: how many tensors matched, and the names and shapes of all others.</summary>
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

/// <summary>A tensor's name and shape.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">The dimensions, outermost first.</param>
public sealed record NamedShape(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>For example <c>fc.weight [400, 512]</c>.</summary>
    public override string ToString() => $"{Show.Text(Name)} {StateTensor.TextOf(Shape)}";
}

/// <summary>A tensor of an encoder and the one in the file that it starts from.</summary>
/// <param name="Name">The name in the encoder.</param>
/// <param name="Shape">The shape in the encoder.</param>
/// <param name="FileName">The name in the file.</param>
/// <param name="FileShape">The shape in the file: the same, unless the tensor was adapted.</param>
public sealed record PretrainedTensor(string Name, IReadOnlyList<long> Shape, string FileName, IReadOnlyList<long> FileShape)
{
    /// <summary>Whether this is a first convolution that was adapted to another number of input channels.</summary>
    public bool IsAdapted => !Shape.SequenceEqual(FileShape);

    /// <summary>For example <c>stem.0.weight [64, 2, 7, 7] from conv1.weight [64, 3, 7, 7]</c>.</summary>
    public override string ToString() => $"{Name} {StateTensor.TextOf(Shape)} from {Show.Text(FileName)} {StateTensor.TextOf(FileShape)}";
}
