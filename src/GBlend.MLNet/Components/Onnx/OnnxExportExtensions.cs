using System.Globalization;
using System.Text.Json;
using GBlend.MLNet;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML;

/// <summary>Extension methods that write fitted pipelines as ONNX files, which other run times score without torch.</summary>
public static class OnnxExportExtensions
{
    /// <summary>
    /// Writes a fitted pipeline with a Gradient Blending model as an ONNX file (opset 12): ML.NET's own steps that have an ONNX form, and the model with its
    /// networks, folds, views, missing modalities and its answer.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The scores are those of the model to about 1e-5; the model itself computes in double precision. Values that the model refuses with an exception (an
    /// infinite number, a row without any modality) give NaN or any number here. Steps before one that has no ONNX form, such as those that decode
    /// media, are left out, and the columns that they make are inputs of the file.
    /// </para>
    /// <para>
    /// Every input and output has the rows as its first dimension, and a number per row is [rows, 1]. The metadata of the file says the names of the classes
    /// in the order of the scores (<c>gblend.classes</c>, JSON), the task, the answer and the version. <c>mlContext.Transforms.ApplyOnnxModel</c> of
    /// Microsoft.ML.OnnxTransformer reads the file, and so does ONNX Runtime by itself.
    /// </para>
    /// </remarks>
    /// <param name="catalog">The catalog <c>mlContext.Model</c>.</param>
    /// <param name="model">The fitted pipeline, or the model itself.</param>
    /// <param name="data">Rows as the pipeline reads them, of which only the schema counts.</param>
    /// <param name="stream">The stream that receives the file, in one piece at the end and nothing before; it stays open.</param>
    /// <param name="outputColumnNames">The columns that the file gives; by default those that the model adds, as the steps after it leave them.</param>
    /// <returns>The names of the inputs that the file needs and of the outputs that it gives.</returns>
    /// <exception cref="ArgumentException">
    /// There is no Gradient Blending model, an output column is not there, or the stream can't be written; the message says which.
    /// </exception>
    /// <exception cref="InvalidOperationException">A step after the model, or one that makes a column it reads, has no ONNX form; the message names
    /// it.</exception>
    /// <exception cref="NotSupportedException">
    /// The model has no ONNX form: an encoder that is not of this library, or weights beyond 1 GB; the message says which.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <example>
    /// <code>
    /// using var file = File.Create("model.onnx");
    /// ml.Model.SaveAsOnnx(model, train, file);
    /// </code>
    /// </example>
    public static OnnxSignature SaveAsOnnx(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, Stream stream, params string[] outputColumnNames)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(outputColumnNames);
        var own = model.GradientBlendingModel();
        if (!stream.CanWrite)
            throw new ArgumentException("The stream can't be written to. Open it for writing.", nameof(stream));
        var added = own.OutputColumnNames;
        var end = model.Transform(data);
        string[] outputs = [.. outputColumnNames.Length > 0 ? outputColumnNames : added.Where(name => end.Schema.GetColumnOrNull(name) is not null)];
        foreach (string missing in outputs.Where(name => end.Schema.GetColumnOrNull(name) is null))
            throw new ArgumentException($"There is no column '{missing}' to give. {Names.Suggest(missing, [.. end.Schema.Select(c => c.Name)], "columns")}",
                nameof(outputColumnNames));

        var file = new OnnxFile();
        var steps = Steps(end, data, file, out var source);
        foreach (var column in source.Schema.Where(c => !c.IsHidden))
            file.AddInput(column.Name, column.Type);
        foreach (var step in steps)
            step.SaveAsOnnx(file);
        foreach (string lost in outputs.Where(name => !file.ContainsColumn(name)))
            throw new InvalidOperationException($"The column '{lost}' has no ONNX form: the step that makes it could not be written. Leave it out "
                + $"of {nameof(outputColumnNames)}.");
        var (written, inputs, given) = file.Write(outputs, Metadata(own), ("GBlend.MLNet", typeof(OnnxFile).Assembly.GetName().Version!.ToString(3)));
        stream.Write(written.Bytes);
        return new(inputs, given);
    }

    /// <summary>The steps that draw themselves, from the first, and what they begin with: the data, or what a step made that has no ONNX form.</summary>
    /// <exception cref="InvalidOperationException">The model is not among them.</exception>
    private static LinkedList<ITransformCanSaveOnnx> Steps(IDataView end, IDataView data, OnnxFile file, out IDataView source)
    {
        var steps = new LinkedList<ITransformCanSaveOnnx>();
        source = end;
        while (!ReferenceEquals(source, data) && source is ITransformCanSaveOnnx step && step.CanSaveOnnx(file))
        {
            steps.AddFirst(step);
            source = step.Source;
        }
        return steps.Any(step => step is ScoringView) ? steps
            : throw new InvalidOperationException($"The pipeline can't be written as ONNX: the step {source.GetType().Name}, which comes after the "
                + $"model, has no ONNX form. "
                + "Write the part up to the model, and do the rest with its scores.");
    }

    private static Dictionary<string, string> Metadata(GradientBlendingTransformer own)
    {
        var metadata = new Dictionary<string, string>
        {
            ["gblend.version"] = typeof(OnnxFile).Assembly.GetName().Version!.ToString(3),
            ["gblend.task"] = own.Label.Kind.ToString(),
            ["gblend.label"] = own.Label.Column,
            ["gblend.answer"] = own.History.Answer,
            ["gblend.seed"] = own.History.Seed.ToString(CultureInfo.InvariantCulture),
            ["gblend.branches"] = JsonSerializer.Serialize(own.History.Branches),
        };
        if (own.Label.SlotNames is { } names)
            metadata["gblend.classes"] = JsonSerializer.Serialize(names);
        return metadata;
    }
}
