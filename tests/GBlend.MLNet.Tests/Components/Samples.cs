using Microsoft.ML;
using Microsoft.ML.Data;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

/// <summary>One row of the generated data that the tests of this folder share.</summary>
public sealed class Sample
{
    public string Label { get; set; } = "";

    public bool IsRed { get; set; }

    public int Number { get; set; }

    public float Amount { get; set; }

    [VectorType(3)]
    public float[] Tags { get; set; } = [];

    public string Speaker { get; set; } = "";

    public bool IsHeldOut { get; set; }

    public float Weight { get; set; } = 1;

    [VectorType(4)]
    public float[] A { get; set; } = [];

    [VectorType(3)]
    public float[] B { get; set; } = [];
}

/// <summary>Generated data, small trainers and a host that remembers.</summary>
internal static class Samples
{
    internal static readonly string[] Colours = ["red", "green", "blue"];

    internal static List<Sample> Rows(int count = 60, int seed = 1)
    {
        var random = new Random(seed);
        float Near(double centre) => (float)(centre + random.NextDouble() - 0.5);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int colour = i % 3;
            return new Sample
            {
                Label = Colours[colour],
                IsRed = colour == 0,
                Number = 10 * (colour + 1),
                Amount = 100 * colour + Near(0),
                Tags = [colour == 0 ? 1 : 0, colour == 1 ? 1 : 0, i % 2],
                Speaker = "s" + i / 3 % 6,
                IsHeldOut = i % 5 == 0,
                A = [Near(colour), Near(-colour), Near(0), Near(i % 2)],
                B = [Near(colour == 1 ? 2 : 0), Near(0), Near(colour == 2 ? 2 : 0)],
            };
        })];
    }

    internal static IDataView View(this MLContext ml, IEnumerable<Sample> rows) => ml.Data.LoadFromEnumerable(rows);

    /// <summary>The rows with <c>Label</c> as a key.</summary>
    internal static IDataView KeyedView(this MLContext ml, IEnumerable<Sample> rows)
    {
        var view = ml.View(rows);
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }

    /// <summary>Settings that train in a blink.</summary>
    internal static Options Tiny(Action<Options>? change = null)
    {
        var options = new Options
        {
            Modalities = { Modality.Vector("A", Encoders.Mlp(6)), Modality.Vector("B", Encoders.Mlp(5)) },
            Blending = Blending.Equal(),
            Fusion = Fusion.Concat(6),
            NumberOfEpochs = 3,
            BatchSize = 16,
            LearningRate = 0.05f,
        };
        change?.Invoke(options);
        return options;
    }

    internal static GradientBlendingTrainer Trainer(this MLContext ml, Action<Options>? change = null) =>
        ml.MulticlassClassification.Trainers.GradientBlending(Tiny(change));

    /// <summary>What the trainer makes of a view before it trains.</summary>
    internal static TrainingData Read(
        IDataView view, Action<Options>? change = null, OutputKind kind = OutputKind.Multiclass, RecordingHost? host = null, int seed = 1) =>
        TrainingData.Read(view, Tiny(change), kind, seed, host ?? new RecordingHost());

    /// <summary>All values of a column by a cursor that has only this column.</summary>
    internal static T[] Values<T>(this IDataView view, string column)
    {
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        var getter = cursor.GetGetter<T>(view.Schema[column]);
        var values = new List<T>();
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            values.Add(value);
        }
        return [.. values];
    }
}

internal sealed class RecordingHost : ITrainingHost
{
    internal List<string> Warnings { get; } = [];

    /// <summary>The warnings but the one of classes that have few held-out rows, as all small sets have.</summary>
    internal IEnumerable<string> OtherWarnings => Warnings.Where(w => !w.StartsWith("Classes have fewer", StringComparison.Ordinal));

    internal List<string> Infos { get; } = [];

    public void CheckAlive()
    {
    }

    public void Info(string message) => Infos.Add(message);

    public void Warning(string message) => Warnings.Add(message);

    public void Report(TrainingProgress progress)
    {
    }
}
