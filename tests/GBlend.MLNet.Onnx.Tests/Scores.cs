using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace GBlend.MLNet.Onnx.Tests;

/// <summary>Scores of columns: of a pipeline, and of a file in ONNX Runtime.</summary>
internal static class Scores
{
    /// <summary>The largest difference of two numbers, of their size where that is more than 1.</summary>
    internal const double Tolerance = 1e-5;

    /// <summary>The values of a column, as numbers or texts, row after row.</summary>
    internal static object[] Of(IDataView view, string column)
    {
        var found = view.Schema[column];
        object[] Values<T>() => found.Type is VectorDataViewType
            ? [.. view.GetColumn<VBuffer<T>>(found).SelectMany(v => v.DenseValues()).Select(v => Plain(v!))]
            : [.. view.GetColumn<T>(found).Select(v => Plain(v!))];
        var item = (found.Type as VectorDataViewType)?.ItemType ?? found.Type;
        return item.RawType == typeof(float) ? Values<float>() : item.RawType == typeof(bool) ? Values<bool>()
            : item.RawType == typeof(uint) ? Values<uint>() : Values<ReadOnlyMemory<char>>();
    }

    /// <summary>The values of an output for rows, in batches of a size.</summary>
    internal static object[] Run(InferenceSession session, ExportRow[] rows, int batch, string output) => [.. rows.Chunk(batch).SelectMany(part =>
    {
        var inputs = session.InputMetadata.Select(input => Input(input.Key, input.Value, part)).ToArray();
        using var results = session.Run(inputs, [output]);
        var value = results.Single().Value;
        return value switch
        {
            Tensor<float> numbers => numbers.Select(v => (object)v).ToArray(),
            Tensor<bool> flags => [.. flags.Select(v => (object)v)],
            Tensor<uint> keys => [.. keys.Select(v => (object)v)],
            Tensor<string> texts => [.. texts.Select(v => (object)v)],
            _ => throw new InvalidOperationException(value.GetType().Name),
        };
    })];

    /// <summary>Compares values; log-odds by the probabilities that they stand for.</summary>
    internal static void AssertSame(object[] expected, object[] found, string what, bool isLogOdds = false)
    {
        float Shown(float value) => isLogOdds ? 1 / (1 + MathF.Exp(-value)) : value;
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool isSame = (expected[i], found[i]) switch
            {
                (float a, float b) => (float.IsNaN(a) && float.IsNaN(b)) || Math.Abs(Shown(a) - Shown(b)) <= Tolerance * Math.Max(1, Math.Abs(Shown(a))),
                var (a, b) => a.Equals(b),
            };
            Assert.True(isSame, $"{what}: value {i} is {expected[i]} and in the file {found[i]}.");
        }
    }

    private static object Plain(object value) => value is ReadOnlyMemory<char> text ? text.ToString() : value;

    private static NamedOnnxValue Input(string name, NodeMetadata metadata, ExportRow[] rows)
    {
        var property = typeof(ExportRow).GetProperty(name)!;
        int[] shape = [rows.Length, .. metadata.Dimensions.Skip(1)];
        NamedOnnxValue Of<T>() => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(
            rows.SelectMany(row => property.GetValue(row) is T[] many ? many : [(T)property.GetValue(row)!]).ToArray(), shape));
        return metadata.ElementType == typeof(float) ? Of<float>() : metadata.ElementType == typeof(double) ? Of<double>()
            : metadata.ElementType == typeof(byte) ? Of<byte>() : metadata.ElementType == typeof(int) ? Of<int>()
            : metadata.ElementType == typeof(bool) ? Of<bool>() : Of<string>();
    }
}
