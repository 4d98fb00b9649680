using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

const int batch = 256;
if (args is not [var model, var folder])
{
    Console.Error.WriteLine("""
        Scores rows by a file that ml.Model.SaveAsOnnx wrote.

        usage: OnnxScoring MODEL.onnx FOLDER

        FOLDER has one CSV of numbers for each input of the file, named after it (Face.csv for Face), without a header, rows in the same order.
        """);
    return 2;
}

try
{
    var start = Stopwatch.StartNew();
    using var session = new InferenceSession(model);
    // The classes in the order of the scores; none for a model of numbers or of yes and no.
    string[] classes = session.ModelMetadata.CustomMetadataMap.TryGetValue("gblend.classes", out string? names)
        ? [.. JsonNode.Parse(names)!.AsArray().Select(name => (string)name!)] : [];
    var inputs = session.InputMetadata.ToDictionary(input => input.Key, input => ReadRows(Path.Combine(folder, $"{input.Key}.csv")));
    int rows = inputs.Values.First().Length;
    foreach (var (name, read) in inputs.Where(input => input.Value.Length != rows))
        throw new InvalidDataException($"{name}.csv has {read.Length} rows, but {inputs.Keys.First()}.csv has {rows}.");

    var clock = new Stopwatch();
    for (int from = 0; from < rows; from += batch)
    {
        int count = Math.Min(batch, rows - from);
        var values = inputs.Select(input => Value(input.Key, session.InputMetadata[input.Key], input.Value, from, count)).ToArray();
        clock.Start();
        using var results = session.Run(values, ["Score"]);
        clock.Stop();
        float[] scores = [.. results[0].AsTensor<float>()];
        int width = scores.Length / count;
        for (int row = 0; row < count; row++)
        {
            var own = scores.AsSpan(row * width, width);
            int best = IndexOfMost(own);
            string score = own[best].ToString("G9", CultureInfo.InvariantCulture);
            Console.WriteLine(width > 1 && classes.Length == width ? $"{classes[best]},{score}" : score);
        }
    }
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{rows} rows, {rows / Math.Max(clock.Elapsed.TotalSeconds, 1e-9):0} rows per second in ONNX Runtime; all of it took {start.ElapsedMilliseconds} ms."));
    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException or OnnxRuntimeException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static float[][] ReadRows(string path) => [.. File.ReadLines(path).Select((line, i) => (float[])[.. line.Split(',').Select(cell =>
    float.TryParse(cell, CultureInfo.InvariantCulture, out float value) ? value
        : throw new InvalidDataException($"{path}, line {i + 1}: '{cell}' is not a number."))])];

static NamedOnnxValue Value(string name, NodeMetadata metadata, float[][] rows, int from, int count)
{
    int[] shape = [count, .. metadata.Dimensions.Skip(1)];
    int width = shape.Skip(1).Aggregate(1, (product, size) => product * size);
    for (int row = from; row < from + count; row++)
    {
        if (rows[row].Length != width)
            throw new InvalidDataException($"{name}.csv, line {row + 1}, has {rows[row].Length} numbers, but the model reads {width}.");
    }
    var numbers = rows.Skip(from).Take(count).SelectMany(row => row);
    return metadata.ElementType == typeof(float) ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(numbers.ToArray(), shape))
        : metadata.ElementType == typeof(double) ? NamedOnnxValue.CreateFromTensor(name,
            new DenseTensor<double>(numbers.Select(v => (double)v).ToArray(), shape))
        : metadata.ElementType == typeof(byte) ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<byte>(numbers.Select(v => (byte)v).ToArray(), shape))
        : metadata.ElementType == typeof(int) ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<int>(numbers.Select(v => (int)v).ToArray(), shape))
        : throw new InvalidDataException($"The input '{name}' is {metadata.ElementType}, which this program does not read from a CSV.");
}

static int IndexOfMost(ReadOnlySpan<float> values)
{
    int best = 0;
    for (int i = 1; i < values.Length; i++)
    {
        if (values[i] > values[best])
            best = i;
    }
    return best;
}
