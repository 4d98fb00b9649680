using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Onnx.Tests;

/// <summary>A row with a label of every kind and a modality of every kind.</summary>
internal sealed class ExportRow
{
    public string Class { get; set; } = "";
    public bool Flag { get; set; }
    [VectorType(3)] public bool[] Flags { get; set; } = [];
    public float Number { get; set; }
    [VectorType(5)] public float[] First { get; set; } = [];
    [VectorType(7)] public double[] Second { get; set; } = [];
    [VectorType(4)] public int[] Counts { get; set; } = [];
    [VectorType(20, 24, 3)] public byte[] Image { get; set; } = [];
    [VectorType(2, 20, 20, 3)] public byte[] Views { get; set; } = [];
    [VectorType(4, 16, 18, 3)] public byte[] Clip { get; set; } = [];
    [VectorType(32, 20)] public float[] Sound { get; set; } = [];
    [VectorType(9)] public int[] Tokens { get; set; } = [];
}

/// <summary>Made rows.</summary>
internal static class ExportRows
{
    internal const int Vocabulary = 23;

    internal static MLContext Context { get; } = new(seed: 1);

    /// <summary>Rows of three classes that all modalities tell a little.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the random numbers.</param>
    /// <param name="lacks">Whether First or Second is missing in some rows, all of it.</param>
    /// <param name="hasHoles">Whether some numbers are missing.</param>
    internal static ExportRow[] Make(int count, int seed, bool lacks = false, bool hasHoles = false)
    {
        var random = new Random(seed);
        double Draw(int c, int k) => random.NextDouble() + (k % 3 == c ? 0.7 : 0);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int c = random.Next(3), missing = lacks ? random.Next(3) : 2;
            byte[] Pixels(int n) => [.. Enumerable.Range(0, n).Select(k => (byte)(100 * Draw(c, k)))];
            return new ExportRow
            {
                Class = ((string[])["red", "green", "blue"])[c],
                Flag = c == 1,
                Flags = [c == 0, c > 0, random.Next(2) == 0],
                Number = 100 + 20 * c + (float)random.NextDouble(),
                First = [.. Enumerable.Range(0, 5).Select(k => missing == 0 || (hasHoles && random.Next(4) == 0) ? float.NaN : (float)Draw(c, k))],
                Second = [.. Enumerable.Range(0, 7).Select(k => missing == 1 || (hasHoles && random.Next(4) == 0) ? double.NaN : Draw(c, k))],
                Counts = [.. Enumerable.Range(0, 4).Select(k => (int)(5 * Draw(c, k)))],
                Image = Pixels(20 * 24 * 3),
                Views = Pixels(2 * 20 * 20 * 3),
                Clip = Pixels(4 * 16 * 18 * 3),
                Sound = [.. Enumerable.Range(0, 32 * 20).Select(k => (float)Draw(c, k))],
                Tokens = [.. Enumerable.Range(0, 9).Select(k => k > 2 + i % 7 ? 0 : 1 + random.Next(7) + 7 * c)],
            };
        })];
    }

    internal static IDataView View(IEnumerable<ExportRow> rows) => Context.Data.LoadFromEnumerable(rows);
}
