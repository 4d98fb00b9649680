using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// A network written down as operators on named values, for other run times: those of ONNX, opset 12, whose axes are attributes. Parts of a network
/// draw themselves beside their forward pass, in evaluation mode.
/// </summary>
internal abstract class GraphBuilder
{
    private readonly Dictionary<(object Owner, string Name), string> _weights = new();

    /// <summary>Adds an operator of one output.</summary>
    /// <param name="operation">Its ONNX name.</param>
    /// <param name="inputs">The values that it reads.</param>
    /// <param name="attributes">Numbers (long, float), lists of them (long[]) or, for Cast, a .NET type.</param>
    /// <returns>The value that it gives.</returns>
    internal abstract string Node(string operation, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes);

    /// <summary>Adds a constant.</summary>
    internal abstract string Floats(float[] values, params long[] shape);

    /// <summary>Adds a constant.</summary>
    internal abstract string Longs(long[] values, params long[] shape);

    /// <summary>Adds a weight of a module, once however often the module is drawn.</summary>
    /// <param name="owner">The module.</param>
    /// <param name="name">What tells it from the module's other weights.</param>
    /// <param name="read">Gives it; a tensor that is made for this is freed by the caller's scope.</param>
    internal string Weight(object owner, string name, Func<Tensor> read)
    {
        if (_weights.TryGetValue((owner, name), out string? known))
            return known;
        using var scope = NewDisposeScope();
        var value = read();
        return _weights[(owner, name)] = Floats(value.ToFloats(), value.shape);
    }

    internal string Node(string operation, string input, params (string Name, object Value)[] attributes) => Node(operation, [input], attributes);

    internal string Add(string a, string b) => Node("Add", [a, b]);

    internal string Multiply(string a, string b) => Node("Mul", [a, b]);

    internal string Multiply(string a, double b) => Multiply(a, Number(b));

    internal string Number(double value) => Floats([(float)value]);

    internal string Cast(string x, Type type) => Node("Cast", x, ("to", type));

    /// <summary>Changes the shape; 0 keeps a dimension, -1 takes what is left.</summary>
    internal string Reshape(string x, params long[] shape) => Node("Reshape", [x, Longs(shape, shape.Length)]);

    internal string Transpose(string x, params long[] order) => Node("Transpose", x, ("perm", order));

    internal string Concat(IReadOnlyList<string> values, long axis) => values.Count == 1 ? values[0] : Node("Concat", values, ("axis", axis));

    internal string Mean(string x, params long[] axes) => Node("ReduceMean", x, ("axes", axes), ("keepdims", 0L));

    internal string Relu(string x) => Node("Relu", x);

    /// <summary>Over the last axis, which ONNX wants to be named from the front.</summary>
    internal string Softmax(string x, long lastAxis) => Node("Softmax", x, ("axis", lastAxis));

    internal string Where(string condition, string yes, string no) => Node("Where", [condition, yes, no]);
}

/// <summary>A module of one input and one output that draws itself.</summary>
internal interface IGraphModule
{
    /// <summary>Draws what the module does to a value.</summary>
    string Draw(GraphBuilder graph, string input);
}

/// <summary>An encoder that draws itself.</summary>
internal interface IGraphEncoder
{
    /// <summary>Draws the encoder above a value of rows.</summary>
    (string Middle, string Feature) Draw(GraphBuilder graph, string input);
}
