namespace GBlend.MLNet;

/// <summary>The names of what an ONNX file reads and gives.</summary>
/// <param name="Inputs">The names of the inputs, which are those of columns of the data.</param>
/// <param name="Outputs">The names of the outputs: those of the columns, with <c>.output</c> behind a name that an input has too.</param>
public sealed record OnnxSignature(IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
