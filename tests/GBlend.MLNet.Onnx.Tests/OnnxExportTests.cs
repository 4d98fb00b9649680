using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;

namespace GBlend.MLNet.Onnx.Tests;

/// <summary>Files of every encoder, fusion, task and answer, scored by ONNX Runtime and compared with the model.</summary>
public sealed class OnnxExportTests
{
    private static readonly MLContext s_ml = ExportRows.Context;

    private static readonly string[] s_tasks = ["classes", "binary", "labels", "number"];

    private static readonly Dictionary<string, Func<Modality>> s_modalities = new()
    {
        ["First"] = () => Modality.Vector("First", Encoders.Mlp(6)),
        ["Second"] = () => Modality.Vector("Second", Encoders.Mlp(8, 5).WithDropout(0.2f)),
        ["Counts"] = () => Modality.Vector("Counts", Encoders.Mlp(4, 4)),
        ["ImageResNet"] = () => Modality.Image("Image", Encoders.ImageResNet(18, 1.0 / 16)),
        ["ImageResNet50"] = () => Modality.Image("Image", Encoders.ImageResNet(50, 1.0 / 32)),
        ["ImageMlp"] = () => Modality.Image("Image", Encoders.Mlp(6)),
        ["Crops"] = () => Modality.Image("Image", Encoders.Mlp(6)).WithAugmentation(Augmentation.RandomCrop(16, 16, 3)),
        ["Views"] = () => Modality.Image("Views", Encoders.Mlp(5)).WithAugmentation(Augmentation.RandomCrop(12, 12)),
        ["R3D"] = () => Modality.Video("Clip", Encoders.R3D(18, 1.0 / 16)),
        ["R3DPooled"] = () => Modality.Video("Clip", Encoders.R3D(18, 1.0 / 16, stemPooling: true)),
        ["MC3"] = () => Modality.Video("Clip", Encoders.MC3(18, 1.0 / 16)),
        ["R2Plus1D"] = () => Modality.Video("Clip", Encoders.R2Plus1D(18, 1.0 / 16)),
        ["IrCsn"] = () => Modality.Video("Clip", Encoders.IrCsn(50, 1.0 / 32)),
        ["IpCsn"] = () => Modality.Video("Clip", Encoders.IpCsn(50, 1.0 / 32)),
        ["Jitter"] = () => Modality.Video("Clip", Encoders.Mlp(5)).WithAugmentation(Augmentation.TemporalJitter(2), Augmentation.RandomCrop(12, 12, 3)),
        ["AudioResNet"] = () => Modality.Audio("Sound", Encoders.AudioResNet(18, 1.0 / 16)),
        ["TextPooling"] = () => Modality.Text("Tokens", Encoders.TextPooling(ExportRows.Vocabulary, 6)),
        ["TextCnn"] = () => Modality.Text("Tokens", Encoders.TextCnn(ExportRows.Vocabulary, 5)),
        ["TextTransformer"] = () => Modality.Text("Tokens", Encoders.TextTransformer(ExportRows.Vocabulary, 8, 2, 2)),
    };

    private static readonly Func<int[], Fusion>[] s_fusions = [Fusion.Concat, Fusion.MidConcat, Fusion.SqueezeExcitationGate, Fusion.NonLocalGate];

    public static IEnumerable<object[]> EveryEncoder => s_modalities.Keys.Select((m, i) => new object[] { m, s_tasks[i % s_tasks.Length] });

    public static IEnumerable<object[]> EveryAnswer =>
        from task in s_tasks
        from answer in Enum.GetValues<Answer>()
        select new object[] { task, answer,
            ((int)answer + Array.IndexOf(s_tasks, task)) % s_fusions.Length };

    public static IEnumerable<object[]> EveryFusion =>
        from task in s_tasks from fusion in Enumerable.Range(0, s_fusions.Length) select new object[] { task, fusion };

    public static TheoryData<int> Draws => [.. Enumerable.Range(0, 16)];

    [Fact]
    public void A_member_is_refused_by_name()
    {
        var view = s_ml.Data.LoadFromEnumerable(ExportRows.Make(60, 1));
        var options = new GradientBlendingTrainer.Options
        {
            LabelColumnName = "Flag",
            Modalities = { s_modalities["First"](), s_modalities["Second"]() },
            NumberOfEpochs = 1,
            Members = { new("Lines", (ml, label, features, weight) => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(label, features, weight)) },
        };
        using var model = s_ml.BinaryClassification.Trainers.GradientBlending(options).Fit(view);
        using var file = new MemoryStream();
        var e = Assert.Throws<NotSupportedException>(() => s_ml.Model.SaveAsOnnx(model, view, file));
        Assert.Contains("its member 'Lines'", e.Message);
        Assert.Equal(0, file.Length);
    }

    [Theory]
    [MemberData(nameof(EveryEncoder))]
    public void Every_encoder(string encoder, string task) =>
        Check(task, new() { Modalities = { s_modalities[encoder](), s_modalities[encoder == "First" ? "Counts" : "First"]() }, Blending = Blending.Equal() });

    [Theory]
    [MemberData(nameof(EveryFusion))]
    public void Every_fusion(string task, int fusion) => Check(task, new()
    {
        Modalities = { s_modalities["First"](), s_modalities["Second"](), s_modalities["Counts"]() },
        Fusion = s_fusions[fusion](fusion % 2 == 0 ? [6] : []),
        Blending = Blending.Equal(),
    });

    [Theory]
    [MemberData(nameof(EveryAnswer))]
    public void Every_answer(string task, Answer answer, int fusion)
    {
        var options = new GradientBlendingTrainer.Options
        {
            Modalities = { s_modalities["First"](), s_modalities["Second"]() },
            Fusion = s_fusions[fusion]([5]),
            Answer = answer,
            Blending = Blending.Equal(),
            MissingValues = MissingValues.LeaveOutModality,
            ValidationFraction = 0.4,
        };
        Check(task, options, lacks: true);
    }

    /// <summary>Joint heads that have learned to do without modalities: of rows that lack them, or by dropout.</summary>
    [Theory]
    [MemberData(nameof(EveryAnswer))]
    public void Joint_heads_that_do_without(string task, Answer answer, int fusion) => Check(task, new()
    {
        Modalities = { s_modalities["First"](), s_modalities["Second"]().WithDropout(fusion % 2 == 0 ? 0.3 : 0), s_modalities["Counts"]() },
        Fusion = s_fusions[fusion]([5]),
        Answer = answer,
        Blending = Blending.Auto((int)answer % 2 == 0 ? 1 : 3),
        MissingValues = MissingValues.LeaveOutModality,
    }, lacks: true, learnsLacking: true);

    /// <summary>All at once, as chance puts it together; a draw is repeated by its number.</summary>
    [Theory]
    [MemberData(nameof(Draws))]
    public void Any_combination(int draw)
    {
        var random = new Random(draw);
        T One<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
        string[] names = [.. s_modalities.Keys];
        random.Shuffle(names);
        bool lacks = random.Next(3) == 0, hasHoles = random.Next(3) == 0;
        var options = new GradientBlendingTrainer.Options
        {
            Fusion = One(s_fusions)(One<int[]>([[], [4], [6, 5]])).WithDropout(One([0f, 0.3f])),
            Answer = One(Enum.GetValues<Answer>()),
            Blending = One([Blending.Equal(), Blending.Auto(), Blending.Auto(folds: 1), Blending.Separate(), Blending.Dgl(),
                Blending.Equal() with { Folds = 3 }]),
            MissingValues = (lacks ? MissingValues.LeaveOutModality : MissingValues.Refuse) | (hasHoles ? MissingValues.ImputeMean : MissingValues.Refuse),
        };
        foreach (string name in names.DistinctBy(n => s_modalities[n]().ColumnName).Take(1 + random.Next(3)))
            options.Modalities.Add(s_modalities[name]());
        if (lacks && options.Modalities.Count < 2)
            options.MissingValues &= ~MissingValues.LeaveOutModality;
        bool canLack = options.Modalities.Any(m => m.ColumnName is not ("First" or "Second"));
        Check(One(s_tasks), options, lacks && canLack && options.MissingValues.HasFlag(MissingValues.LeaveOutModality), hasHoles
            && options.MissingValues.HasFlag(MissingValues.ImputeMean));
    }

    [Theory]
    [InlineData("classes")]
    [InlineData("binary")]
    [InlineData("number")]
    public void ML_NETs_own_converter_writes_the_network_too(string task)
    {
        var rows = ExportRows.Make(60, 1);
        var (model, outputs) = Fit(task, new() { Modalities = { s_modalities["First"](), s_modalities["Counts"]() }, Blending = Blending.Equal() }, rows,
            withSteps: true);
        using var stream = new MemoryStream();
        s_ml.Model.ConvertToOnnx(model, ExportRows.View(rows), stream, outputs);
        using var session = new InferenceSession(stream.ToArray());
        foreach (string output in outputs)
            Scores.AssertSame(Scores.Of(model.Transform(ExportRows.View(rows)), output), Scores.Run(session, rows, 60, output + ".output"), output);
    }

    [Fact]
    public void A_whole_pipeline_reads_raw_columns_and_gives_names_of_classes()
    {
        var rows = ExportRows.Make(80, 2);
        var (model, _) = Fit("classes", new() { Modalities = { s_modalities["First"](), s_modalities["Counts"]() }, Blending = Blending.Auto(folds: 1) },
            rows, withSteps: true);
        using var stream = new MemoryStream();
        var signature = s_ml.Model.SaveAsOnnx(model, ExportRows.View(rows), stream);
        Assert.Equal(["First", "Counts"], signature.Inputs);
        Assert.Equal("PredictedLabel", signature.Outputs[0]);
        Assert.True(stream.CanWrite);
        using var session = new InferenceSession(stream.ToArray());
        var scored = model.Transform(ExportRows.View(rows));
        Scores.AssertSame(Scores.Of(scored, "PredictedLabel"), Scores.Run(session, rows, 33, "PredictedLabel"), "PredictedLabel");
        string[] classes = System.Text.Json.JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["gblend.classes"])!;
        float[] first = [.. Scores.Run(session, rows[..1], 1, "Score").Cast<float>()];
        Assert.Equal(Scores.Of(scored, "PredictedLabel")[0], classes[Array.IndexOf(first, first.Max())]);
    }

    [Fact]
    public void ApplyOnnxModel_gives_the_scores()
    {
        var rows = ExportRows.Make(50, 3);
        var (model, _) = Fit("classes", new() { Modalities = { s_modalities["First"](), s_modalities["Second"]() }, Blending = Blending.Equal() }, rows);
        string folder = Directory.CreateTempSubdirectory("gblend-onnx").FullName, path = Path.Combine(folder, "model.onnx");
        try
        {
            OnnxSignature signature;
            using (var stream = File.Create(path))
                signature = s_ml.Model.SaveAsOnnx(model, ExportRows.View(rows), stream, "Score");
            var applied = s_ml.Transforms.ApplyOnnxModel([.. signature.Outputs], [.. signature.Inputs], path).Fit(ExportRows.View(rows))
                .Transform(ExportRows.View(rows));
            Scores.AssertSame(Scores.Of(model.Transform(ExportRows.View(rows)), "Score"), Scores.Of(applied, "Score"), "Score");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_threshold_is_exported_and_prediction_sets_are_refused()
    {
        var rows = ExportRows.Make(80, 6);
        var options = new GradientBlendingTrainer.Options { Modalities = { s_modalities["First"](), s_modalities["Counts"]() }, Blending = Blending.Equal() };
        var (model, outputs) = Fit("binary", options, rows);
        float[] probabilities = [.. Scores.Of(model.Transform(ExportRows.View(rows)), "Probability").Cast<float>().Order()];
        var chosen = model.GradientBlendingModel().WithThreshold((probabilities[60] + probabilities[61]) / 2.0);
        using var stream = new MemoryStream();
        s_ml.Model.SaveAsOnnx(chosen, ExportRows.View(rows), stream, outputs);
        using var session = new InferenceSession(stream.ToArray());
        var expected = Scores.Of(chosen.Transform(ExportRows.View(rows)), "PredictedLabel");
        Assert.NotEqual(Scores.Of(model.Transform(ExportRows.View(rows)), "PredictedLabel"), expected);
        Scores.AssertSame(expected, Scores.Run(session, rows, 33, "PredictedLabel"), "PredictedLabel");

        options.PredictionSetCoverage = 0.5;
        var (withSets, _) = Fit("binary", options, rows);
        Assert.Contains("'PredictionSet'", Assert.ThrowsAny<Exception>(() => s_ml.Model.SaveAsOnnx(withSets, ExportRows.View(rows), stream))
            .GetBaseException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cant_be_written_is_refused_by_name_before_a_byte()
    {
        var rows = ExportRows.Make(40, 4);
        var view = ExportRows.View(rows);
        var (model, _) = Fit("number", new() { Modalities = { s_modalities["First"](), s_modalities["Counts"]() } }, rows);
        using var stream = new MemoryStream();
        Assert.Contains("no column 'Skore'", Assert.Throws<ArgumentException>(() => s_ml.Model.SaveAsOnnx(model, view, stream, "Skore")).Message,
            StringComparison.Ordinal);
        using var closed = new MemoryStream([], writable: false);
        Assert.Contains("can't be written", Assert.Throws<ArgumentException>(() => s_ml.Model.SaveAsOnnx(model, view, closed)).Message,
            StringComparison.Ordinal);

        var after = s_ml.Transforms.CustomMapping<Scored, Doubled>((i, o) => o.Twice = 2 * i.Score, null);
        var chain = model.Append(after.Fit(model.Transform(view)));
        Assert.Contains("after the model", Assert.Throws<InvalidOperationException>(() => s_ml.Model.SaveAsOnnx(chain, view, stream, "Twice")).Message,
            StringComparison.Ordinal);

        var own = new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Vector("First", new OwnEncoder()), s_modalities["Counts"]() },
            Blending = Blending.Equal()
        };
        var (others, _) = Fit("number", own, rows);
        foreach (var export in (Action[])[() => s_ml.Model.SaveAsOnnx(others, view, stream), () => s_ml.Model.ConvertToOnnx(others, view, stream)])
            Assert.Contains("encoder 'own' of the modality 'First'", Assert.ThrowsAny<Exception>(export).GetBaseException().Message, StringComparison.Ordinal);

        ((IDisposable)model).Dispose();
        Assert.Throws<ObjectDisposedException>(() => s_ml.Model.SaveAsOnnx(model, view, stream));
        Assert.Equal(0, stream.Length);
    }

    /// <summary>Trains, writes the file and compares it at three sizes of batches.</summary>
    private static void Check(
        string task, GradientBlendingTrainer.Options options, bool lacks = false, bool hasHoles = false, bool learnsLacking = false)
    {
        options.OutputBranchScores = true;
        var (model, outputs) = Fit(task, options, ExportRows.Make(48, 7, lacks: learnsLacking, hasHoles: hasHoles));
        if (options.MissingValues.HasFlag(MissingValues.LeaveOutModality))
            outputs = [.. outputs, "PresentModalities"];
        var rows = ExportRows.Make(101, 8, lacks, hasHoles);
        using var stream = new MemoryStream();
        var signature = s_ml.Model.SaveAsOnnx(model, ExportRows.View(rows), stream);
        using var session = new InferenceSession(stream.ToArray());
        var scored = model.Transform(ExportRows.View(rows));
        Assert.Equal(outputs.Concat(model.GradientBlendingModel().History.Branches.Select(b => $"Score.{b}")), signature.Outputs);
        foreach (string output in signature.Outputs)
        {
            var expected = Scores.Of(scored, output);
            foreach (int batch in (int[])[1, 100, 37])
                Scores.AssertSame(expected, Scores.Run(session, rows, batch, output), $"{output} in batches of {batch}", isLogOdds: task == "binary"
                    && output != "Probability");
        }
        ((IDisposable)model).Dispose();
    }

    private static (ITransformer Model, string[] Outputs) Fit(string task, GradientBlendingTrainer.Options options, ExportRow[] rows, bool withSteps = false)
    {
        options.NumberOfEpochs = 2;
        options.BatchSize = 16;
        options.LearningRate = 0.005;
        options.Seed = 5;
        options.LabelColumnName = task switch { "classes" => "Class", "binary" => "Flag", "labels" => "Flags", _ => "Number" };
        IEstimator<ITransformer> trainer = task switch
        {
            "binary" => s_ml.BinaryClassification.Trainers.GradientBlending(options),
            "number" => s_ml.Regression.Trainers.GradientBlending(options),
            _ => s_ml.MulticlassClassification.Trainers.GradientBlending(options),
        };
        if (withSteps)
            trainer = s_ml.Transforms.NormalizeMeanVariance("First").Append(trainer);
        if (task == "classes")
            trainer = s_ml.Transforms.Conversion.MapValueToKey("Class").Append(trainer);
        if (task == "classes" && withSteps)
            trainer = trainer.Append(s_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        string[] outputs = task switch { "binary" => ["PredictedLabel", "Score", "Probability"], "number" => ["Score"], _ => ["PredictedLabel", "Score"] };
        return (trainer.Fit(ExportRows.View(rows)), outputs);
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }

    private sealed class Doubled
    {
        public float Twice { get; set; }
    }
}
