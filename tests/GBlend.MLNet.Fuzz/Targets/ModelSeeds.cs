using GBlend.MLNet.AutoML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Fuzz;

/// <summary>Models of small networks of every kind, and of all media steps.</summary>
internal static class ModelSeeds
{
    private const double Narrow = 1.0 / 16;

    private static readonly (string Name, Modality Modality)[] s_modalities =
    [
        ("mlp", Modality.Vector("A", Encoders.Mlp(6, 5))),
        ("image", Modality.Image("Image", Encoders.ImageResNet(18, Narrow))),
        ("image50", Modality.Image("Image", Encoders.ImageResNet(50, Narrow).WithNormalization([124, 116, 104], [58, 57, 57.5f]))),
        ("audio", Modality.Audio("Audio", Encoders.AudioResNet(18, Narrow))),
        ("r3d", Modality.Video("Clip", Encoders.R3D(18, Narrow))),
        ("mc3", Modality.Video("Clip", Encoders.MC3(18, Narrow)).WithAugmentation(Augmentation.HorizontalFlip())),
        ("r2plus1d", Modality.Video("Clip", Encoders.R2Plus1D(18, Narrow))),
        ("ircsn", Modality.Video("Clip", Encoders.IrCsn(50, Narrow))),
        ("pooling", Modality.Text("Text", Encoders.TextPooling(50, 8))),
        ("cnn", Modality.Text("Text", Encoders.TextCnn(50, 8))),
        ("transformer", Modality.Text("Text", Encoders.TextTransformer(50, 8, 1, 2).WithDropout(0.2f))),
    ];

    private static readonly (string Name, Action<GradientBlendingTrainer.Options> Change)[] s_trainings =
    [
        ("folds", o => (o.Blending, o.NumberOfEpochs) = (Blending.Auto(2), 2)),
        ("auto", o => o.Blending = Blending.Auto(1)),
        ("offline", o => o.Blending = Blending.Offline()),
        ("online", o => (o.Blending, o.NumberOfEpochs) = (Blending.Online(1), 2)),
        ("mid", o => o.Fusion = Fusion.MidConcat(4)),
        ("gate", o => o.Fusion = Fusion.SqueezeExcitationGate(4)),
        ("nonlocal", o => o.Fusion = Fusion.NonLocalGate(4)),
        ("separate", o => o.Blending = Blending.Separate()),
    ];

    internal static void Write(string folder, int most)
    {
        var ml = new MLContext(1);
        var rows = FuzzRow.View(ml, 24);
        var all = Makers(ml, rows).ToArray();
        int count = Math.Min(most, all.Length);
        for (int i = 0; i < count; i++)
        {
            var (name, make) = all[i * all.Length / count];
            var (model, schema) = make();
            ml.Model.Save(model, schema, Path.Combine(folder, name + ".zip"));
            (model as IDisposable)?.Dispose();
        }
    }

    private static IEnumerable<(string Name, Func<(ITransformer Model, DataViewSchema Schema)> Make)> Makers(MLContext ml, IDataView rows)
    {
        (ITransformer, DataViewSchema) Fit<T>(IEstimator<T> estimator, IDataView view)
            where T : class, ITransformer => (estimator.Fit(view), view.Schema);
        foreach (var (name, modality) in s_modalities)
            yield return ("encoder " + name, () => Fit(ml.MulticlassClassification.Trainers.GradientBlending(Options(o => o.Modalities.Add(modality))), rows));
        foreach (var (name, change) in s_trainings)
            yield return ("training " + name, () => Fit(ml.MulticlassClassification.Trainers.GradientBlending(Options(change)), rows));
        yield return ("binary", () => Fit(ml.BinaryClassification.Trainers.GradientBlending(Options(o => o.LabelColumnName = "IsRed")), rows));
        yield return ("regression", () => Fit(ml.Regression.Trainers.GradientBlending(Options(o => o.LabelColumnName = "Amount")), rows));
        yield return ("tags", () => Fit(ml.MulticlassClassification.Trainers.GradientBlending(Options(o => o.LabelColumnName = "Tags")), rows));
        yield return ("clip", () => Fit(ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 3, Height = 24, Width = 32 }), rows));
        var sound = new LogMelOptions { FrameCount = 20, Spectrum = LogMelSpectrum.Slaney, AlignWith = new() { FrameCount = 3 } };
        yield return ("sound", () => Fit(ml.Transforms.LoadAudioLogMel("Out", "Path", sound), rows));
        yield return ("picture", () => Fit(ml.Transforms.LoadImage("Out", "Path", new() { Height = 10, Width = 12 }), rows));
        yield return ("flow", () => Fit(ml.Transforms.OpticalFlow("Out", "Clip"), rows));
        yield return ("tokens", () => Fit(ml.Transforms.TokenIds("Out", "Words", new() { Length = 10 }), rows));
        var tokens = ml.Transforms.TokenIds("Ids", "Words", new() { Length = 10 });
        var ofTokens = Options(o => o.Modalities.Add(Modality.Text("Ids", Encoders.TextPooling(300, 4))));
        yield return ("chain", () => Fit(
            tokens.Append(ml.Transforms.OpticalFlow("Flow", "Clip")).Append(ml.MulticlassClassification.Trainers.GradientBlending(ofTokens)), rows));
        yield return ("sweep", () => (Sweep(ml, rows), rows.Schema));
    }

    private static ITransformer Sweep(MLContext ml, IDataView rows) =>
        new GradientBlendingSweep(ml, new() { Trainer = Options(_ => { }), Budget = SweepBudget.OfTrials(2) }).Run(rows, FuzzRow.View(ml, 24)).Model!;

    private static GradientBlendingTrainer.Options Options(Action<GradientBlendingTrainer.Options> change)
    {
        var options = new GradientBlendingTrainer.Options
        {
            Blending = Blending.Equal(),
            Fusion = Fusion.Concat(6),
            NumberOfEpochs = 1,
            BatchSize = 16,
            LearningRate = 0.01f,
            OutputBranchScores = true,
        };
        options.Modalities.Add(Modality.Vector("B", Encoders.Mlp(4)));
        change(options);
        if (options.Modalities.Count == 1)
            options.Modalities.Add(Modality.Vector("A", Encoders.Mlp(4)));
        return options;
    }
}

/// <summary>A row that every model can read.</summary>
internal sealed class FuzzRow
{
    [KeyType(3)]
    public uint Label { get; set; }

    public bool IsRed { get; set; }

    public float Amount { get; set; }

    [VectorType(3)]
    public float[] Tags { get; set; } = [];

    [VectorType(4)]
    public float[] A { get; set; } = [];

    [VectorType(3)]
    public float[] B { get; set; } = [];

    [VectorType(24, 20, 3)]
    public byte[] Image { get; set; } = [];

    [VectorType(4, 16, 12, 3)]
    public byte[] Clip { get; set; } = [];

    [VectorType(50, 20)]
    public float[] Audio { get; set; } = [];

    [VectorType(6)]
    public float[] Text { get; set; } = [];

    public string Words { get; set; } = "";

    public string Path { get; set; } = "";

    internal static IDataView View(MLContext ml, int count)
    {
        var random = new Random(1);
        byte[] Bytes(int size)
        {
            byte[] bytes = new byte[size];
            random.NextBytes(bytes);
            return bytes;
        }
        float[] Numbers(int size) => [.. Enumerable.Range(0, size).Select(_ => (float)random.Next(50))];
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new FuzzRow
        {
            Label = (uint)(i % 3),
            IsRed = i % 3 == 0,
            Amount = i,
            Tags = [i % 2, i % 3 == 0 ? 1 : 0, 1],
            A = Numbers(4),
            B = Numbers(3),
            Image = Bytes(24 * 20 * 3),
            Clip = Bytes(4 * 16 * 12 * 3),
            Audio = Numbers(50 * 20),
            Text = Numbers(6),
            Words = $"word {i} of {count}",
            Path = "there is no such file",
        }).ToArray());
    }
}
