namespace GBlend.MLNet;

/// <summary>The name and the shape of a tensor.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Shape">The dimensions of the tensor, outermost first.</param>
public sealed record NamedShape(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Describes the tensor by its name and shape.</summary>
    /// <returns>The description, for example <c>fc.weight [400, 512]</c>.</returns>
    public override string ToString() => $"{Show.Text(Name)} {Show.Shape(Shape)}";
}
