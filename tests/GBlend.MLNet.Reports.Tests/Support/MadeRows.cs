using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports.Tests;

/// <summary>Scored rows and histories as a model would leave them, made up.</summary>
internal static class MadeRows
{
    /// <summary>Rows of classes, each with the scores of the answer and of two heads.</summary>
    /// <param name="names">The classes.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="branches">The names of the heads.</param>
    /// <param name="seed">Of the random numbers.</param>
    internal static IDataView Classes(string[] names, int rows, string[] branches, int seed = 1)
    {
        var random = new Random(seed);
        float[] Scores(int truth, double strength)
        {
            double[] raw = [.. names.Select((_, c) => Math.Exp(2 * random.NextDouble() + (c == truth ? strength : 0)))];
            return [.. raw.Select(r => (float)(r / raw.Sum()))];
        }
        var made = Enumerable.Range(0, rows).Select(i => new Row
        {
            // ML.NET counts the keys of objects from 0.
            Label = (uint)(i % names.Length),
            Score = Scores(i % names.Length, 3),
            First = Scores(i % names.Length, 2),
            Second = Scores(i % names.Length, 1),
            Path = $"{names[i % names.Length]}/{i}.png",
            Group = $"group {i % 7}",
        });
        var schema = SchemaDefinition.Create(typeof(Row));
        var text = names.Select(n => n.AsMemory()).ToArray();
        var slots = new VBuffer<ReadOnlyMemory<char>>(text.Length, text);
        var namesType = new VectorDataViewType(TextDataViewType.Instance, names.Length);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), names.Length);
        schema["Label"].AddAnnotation("KeyValues", slots, namesType);
        foreach (string column in (string[])["Score", "First", "Second"])
            schema[column].ColumnType = new VectorDataViewType(NumberDataViewType.Single, names.Length);
        schema["Score"].AddAnnotation("SlotNames", slots, namesType);
        schema["First"].ColumnName = $"Score.{branches[0]}";
        schema["Second"].ColumnName = $"Score.{branches[1]}";
        return new MLContext(1).Data.LoadFromEnumerable(made, schema);
    }

    /// <summary>A history of some epochs with an estimate every ten.</summary>
    internal static TrainingHistory History(string[] branches, int epochs, bool hasHeldOut = true)
    {
        var random = new Random(epochs);
        double[] Numbers() => [.. branches.Select(_ => random.NextDouble())];
        return new(branches,
            [.. Enumerable.Range(0, epochs).Select(e => new EpochRecord(e, 0.05, Numbers(), Numbers(), hasHeldOut ? Numbers() : []))],
            hasHeldOut ? [.. Enumerable.Range(0, (epochs + 9) / 10).Select(s => new BlendingEstimate(10 * s, 10,
                [.. branches.Select(b => new BranchEstimate(b, 1, 1.1, random.NextDouble(), random.NextDouble()) { Weight = 1.0 / branches.Length,
                    PublishedWeight = random.NextDouble() })], 0.5,
                s == 0 ? [new(BlendingGuard.NoGain, branches[0], $"the held-out loss of {branches[0]} did not fall")] : []))] : [],
            "pool " + string.Join(", ", branches.Select(b => $"{b} 0.5")), hasHeldOut ? 0.4 : null, epochs - 1)
        {
            Seed = 7,
            TrainingRows = 80,
            HeldOutRows = hasHeldOut ? 20 : 0,
        };
    }

    internal sealed class Row
    {
        public uint Label { get; set; }
        public float[] Score { get; set; } = [];
        public float[] First { get; set; } = [];
        public float[] Second { get; set; } = [];
        public string Path { get; set; } = "";
        public string Group { get; set; } = "";
    }
}
