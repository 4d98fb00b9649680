using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace GBlend.MLNet;

/// <summary>Draws into a file that ML.NET, or this library, is about to write.</summary>
/// <param name="context">Where ML.NET's steps draw themselves too.</param>
internal sealed class OnnxGraph(OnnxContext context) : GraphBuilder
{
    /// <summary>The names of values are columns too, so that they must not be those of a user.</summary>
    private const string Prefix = "gblend.";

    /// <summary>ONNX's own operators; ML.NET's contexts take no name for those of ai.onnx.ml.</summary>
    private const string Domain = "";

    internal override string Node(string operation, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        string output = context.AddIntermediateVariable(null, Prefix + operation, true);
        Node(operation, inputs, output, attributes);
        return output;
    }

    internal override string Floats(float[] values, params long[] shape) =>
        shape.Length == 0 ? context.AddInitializer(values[0], Prefix + "number", true) : context.AddInitializer(values, shape, Prefix + "weights", true);

    internal override string Longs(long[] values, params long[] shape) =>
        shape.Length == 0 ? context.AddInitializer(values[0], Prefix + "whole", true) : context.AddInitializer(values, shape, Prefix + "wholes", true);

    /// <summary>Gives a value to a column.</summary>
    internal void Column(string name, DataViewType type, string value) => Node("Identity", [value], context.AddIntermediateVariable(type, name, false), []);

    private void Node(string operation, IReadOnlyList<string> inputs, string output, (string Name, object Value)[] attributes)
    {
        var node = context.CreateNode(operation, inputs, [output], context.GetNodeName(Prefix + operation), Domain);
        foreach (var (name, value) in attributes)
        {
            switch (value)
            {
                case long number: node.AddAttribute(name, number); break;
                case float number: node.AddAttribute(name, (double)number); break;
                case long[] numbers: node.AddAttribute(name, numbers.AsEnumerable()); break;
                case Type type: node.AddAttribute(name, type); break;
                default: throw new ArgumentException($"The attribute '{name}' is {value.GetType()}.", nameof(attributes));
            }
        }
    }
}
