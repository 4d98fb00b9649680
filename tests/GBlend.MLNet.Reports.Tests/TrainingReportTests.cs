using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports.Tests;

/// <summary>Reports of models that were trained, by what they say.</summary>
public sealed class TrainingReportTests
{
    private static readonly MLContext s_ml = new(seed: 1);

    private static IEstimator<ITransformer> Pipeline(GradientBlendingTrainer.Options options) => s_ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(s_ml.Transforms.NormalizeMeanVariance("Numbers", fixZero: false))
        .Append(s_ml.MulticlassClassification.Trainers.GradientBlending(options))
        .Append(s_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private static GradientBlendingTrainer.Options Options(Blending blending) => new()
    {
        Modalities = { Modality.Vector("Numbers", Encoders.Mlp(8)), Modality.Image("Picture", Encoders.Mlp(8)) },
        Blending = blending,
        NumberOfEpochs = 4,
        Seed = 3,
    };

    [Fact]
    public void Its_numbers_are_those_of_the_evaluator_and_of_the_history()
    {
        var (train, test) = (View(1, 120), View(2, 90));
        var options = Options(Blending.Online(2));
        var model = Pipeline(options).Fit(train);
        var metrics = s_ml.MulticlassClassification.Evaluate(model.Transform(test));
        var history = model.GradientBlendingModel().History;

        var asked = new ReportOptions { Trainer = options, RowNameColumnName = "Name", GroupColumnName = "Group", TrainingTime = TimeSpan.FromSeconds(2) };
        var page = new HtmlPage(TrainingReport.Create(model, test, asked).ToHtml()).CheckIsSound();
        var rowsOfTest = page.Json["test"]!;
        var answer = rowsOfTest["contestants"]!.AsArray().Single(c => (string?)c!["kind"] == "Answer")!;
        Assert.Equal(metrics.MicroAccuracy, (double)answer["value"]!["value"]!, 12);
        Assert.Equal(metrics.LogLoss, (double)answer["loss"]!, 5);
        Assert.Equal(["Numbers", "Picture", "Joint", "The answer"], rowsOfTest["contestants"]!.AsArray().Select(c => (string?)c!["name"]));
        var counts = metrics.ConfusionMatrix.Counts;
        foreach (var cell in rowsOfTest["confusion"]!.AsArray())
            Assert.Equal(counts[(int)cell!["truth"]!][(int)cell["predicted"]!], (int)cell["rows"]!);
        Assert.Equal(metrics.ConfusionMatrix.PerClassRecall, rowsOfTest["byClass"]!.AsArray().Select(c => (double)c!["recall"]!["value"]!));
        Assert.Equal(["no", "perhaps", "yes"], rowsOfTest["classes"]!.AsArray().Select(c => (string)c!).Order());
        Assert.Equal(90, rowsOfTest["groups"]!.AsArray().Sum(g => (int)g!["rows"]!));
        CheckHistory(history, page.Json["history"]!);
        Assert.Contains("Modality Picture", page.Section("settings").Value, StringComparison.Ordinal);
        Assert.Contains("of each class its share", page.Section("heldout").Value, StringComparison.Ordinal);
        Assert.Contains("2.000 s", page.Section("modalities").Value, StringComparison.Ordinal);

        // Parameters: Numbers 5 x 8 + 8 and a head of 8 x 3 + 3; Picture 4 x 6 x 3 inputs.
        Assert.Equal(5 * 8 + 8 + 27, (int)rowsOfTest["contestants"]![0]!["parameters"]!);
        Assert.Equal(72 * 8 + 8 + 27, (int)rowsOfTest["contestants"]![1]!["parameters"]!);

        // The same from rows that are already scored, where the model must score its heads itself.
        Assert.Equal(page.Text, TrainingReport.Create(model, model.Transform(test), asked).ToHtml());
    }

    [Fact]
    public void Confused_rows_are_those_of_the_highest_loss_and_show_their_pictures()
    {
        var (train, test) = (View(1, 60), View(3, 60));
        var model = Pipeline(Options(Blending.Equal())).Fit(train);
        var page = new HtmlPage(TrainingReport.Create(model, test, new() { MaximumConfusedRows = 5 }).ToHtml()).CheckIsSound();
        float[][] scores = [.. model.Transform(test).GetColumn<float[]>("Score")];
        uint[] truth = [.. model.Transform(test).GetColumn<uint>("Label")];
        var wrong = Enumerable.Range(0, 60).Where(r => Array.IndexOf(scores[r], scores[r].Max()) != (int)truth[r] - 1).OrderBy(r => scores[r][truth[r] - 1])
            .Take(5).ToArray();
        Assert.NotEmpty(wrong);
        Assert.Equal(wrong, page.Json["test"]!["confused"]!.AsArray().Select(c => (int)c!["row"]!));
        Assert.Equal(wrong.Length, page.All("img").Count());
        Assert.Equal($"Picture of row {wrong[0]}", (string?)page.All("img").First().Attribute("alt"));
    }

    [Theory]
    [InlineData("binary")]
    [InlineData("labels")]
    [InlineData("regression")]
    public void Every_task_has_a_report(string task)
    {
        var rows = View(1, 80);
        var options = new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Vector("Numbers", Encoders.Mlp(8)),
            Modality.Image("Picture", Encoders.Mlp(8)) },
            NumberOfEpochs = 3,
            Seed = 1
        };
        options.LabelColumnName = task switch { "binary" => "Flag", "labels" => "Flags", _ => "Size" };
        IEstimator<ITransformer> trainer = task switch
        {
            "binary" => s_ml.BinaryClassification.Trainers.GradientBlending(options),
            "labels" => s_ml.MulticlassClassification.Trainers.GradientBlending(options),
            _ => s_ml.Regression.Trainers.GradientBlending(options),
        };
        var model = trainer.Fit(rows);
        var page = new HtmlPage(TrainingReport.Create(model, rows, new() { LabelColumnName = options.LabelColumnName }).ToHtml()).CheckIsSound();
        double found = (double)page.Json["test"]!["contestants"]!.AsArray().Single(c => (string?)c!["kind"] == "Answer")!["value"]!["value"]!;
        double expected = task switch
        {
            "binary" => s_ml.BinaryClassification.Evaluate(model.Transform(rows), "Flag").Accuracy,
            "regression" => s_ml.Regression.Evaluate(model.Transform(rows), "Size").MeanAbsoluteError,
            _ => model.Transform(rows).GetColumn<bool[]>("PredictedLabel")
                .Zip(rows.GetColumn<bool[]>("Flags"), (p, t) => p.Zip(t, (a, b) => a == b ? 1.0 : 0).Average()).Average(),
        };
        Assert.Equal(expected, found, 5);
    }

    [Fact]
    public void Another_threshold_than_the_one_it_counts_by_is_said()
    {
        var options = Options(Blending.Equal());
        options.LabelColumnName = "Flag";
        var model = s_ml.BinaryClassification.Trainers.GradientBlending(options).Fit(View(1, 80));
        string[] Warnings(ITransformer of) => [.. new HtmlPage(TrainingReport.Create(of, View(2, 120), new() { LabelColumnName = "Flag" }).ToHtml())
            .CheckIsSound()
            .Json["warnings"]!.AsArray().Select(w => (string)w!)];
        Assert.DoesNotContain(Warnings(model), w => w.Contains("says yes above", StringComparison.Ordinal));
        Assert.Contains("The model says yes above a probability of 0.300; this report counts yes above 0.5.", Warnings(model.WithThreshold(0.3)));
    }

    /// <summary>The modality that is missing can't be read by its head, which then says so instead of counting as wrong.</summary>
    [Fact]
    public void Rows_that_lack_a_modality_are_not_counted_against_its_head()
    {
        var options = Options(Blending.Equal());
        options.MissingValues = MissingValues.LeaveOutModality;
        var rows = View(1, 90, lacking: 3);
        var model = s_ml.Transforms.Conversion.MapValueToKey("Label").Append(s_ml.MulticlassClassification.Trainers.GradientBlending(options)).Fit(View(2, 90));
        var page = new HtmlPage(TrainingReport.Create(model, rows).ToHtml()).CheckIsSound();
        Assert.Equal([60, 90, 60, 90], page.Json["test"]!["contestants"]!.AsArray().Select(c => (int)c!["rows"]!));
    }

    [Fact]
    public void Baselines_are_measured_on_the_same_rows_and_others_are_refused()
    {
        var (train, test) = (View(1, 120), View(2, 90));
        var (model, other) = (Pipeline(Options(Blending.Equal())).Fit(train), Pipeline(Options(Blending.None())).Fit(train));
        var options = new ReportOptions();
        options.Baselines.Add(new("naive", other.Transform(test)));
        var page = new HtmlPage(TrainingReport.Create(model, test, options).ToHtml()).CheckIsSound();
        Assert.Contains("naive", page.Verdict, StringComparison.Ordinal);
        Assert.Equal("naive", (string?)page.Json["test"]!["gainOver"]);
        Assert.Equal(s_ml.MulticlassClassification.Evaluate(other.Transform(test)).MicroAccuracy,
            (double)page.Json["test"]!["contestants"]!.AsArray()[^1]!["value"]!["value"]!, 12);

        options.Baselines[0] = new("fewer", other.Transform(s_ml.Data.TakeRows(test, 80)));
        Assert.Contains("'fewer' has scored 80 rows, but there are 90",
            Assert.Throws<ArgumentException>(() => TrainingReport.Create(model, test, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cant_be_reported_is_said_by_name()
    {
        var train = View(1, 60);
        var model = Pipeline(Options(Blending.Equal())).Fit(train);
        string Refusal(IDataView rows, ReportOptions? options = null) =>
            Assert.ThrowsAny<ArgumentException>(() => TrainingReport.Create(model, rows, options)).Message;
        Assert.Contains("no group column 'Speaker'", Refusal(train, new() { GroupColumnName = "Speaker" }), StringComparison.Ordinal);
        Assert.Contains("'Numbers' can't be shown as a picture", Refusal(train, new() { PictureColumnNames = { "Numbers" } }), StringComparison.Ordinal);
        Assert.Contains("none", Refusal(s_ml.Data.SkipRows(train, 60)), StringComparison.Ordinal);
        Assert.Contains("None of the 60 test rows has a label that the model knows", Refusal(View(1, 60, names: ["up", "down"])), StringComparison.Ordinal);
        ((IDisposable)model).Dispose();
        Assert.Throws<ObjectDisposedException>(() => TrainingReport.Create(model, train));
    }

    [Fact]
    public void Rows_of_unknown_classes_are_left_out_and_counted()
    {
        var model = Pipeline(Options(Blending.Equal())).Fit(View(1, 60));
        var page = new HtmlPage(TrainingReport.Create(model, View(2, 60, names: ["yes", "no", "unheard"])).ToHtml()).CheckIsSound();
        Assert.Equal(20, (int)page.Json["test"]!["rowsLeftOut"]!);
        Assert.Contains("20 test rows have labels that the model does not know", page.Section("warnings").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_are_files_of_their_own()
    {
        var report = TrainingReport.Create(MadeRows.History(["A", "B", "Joint"], 30), MadeRows.Classes(["x", "y"], 40, ["A", "B"]));
        string folder = Path.Combine(Directory.CreateTempSubdirectory().FullName, "figures");
        var files = report.SaveFigures(folder);
        Assert.Equal(["losses", "weights", "generalization", "overfitting", "classes", "calibration"], files.Select(Path.GetFileNameWithoutExtension));
        Assert.All(files, file => Assert.Equal("svg", System.Xml.Linq.XDocument.Load(file).Root!.Name.LocalName));
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Fact]
    public void Members_are_among_those_who_predict()
    {
        var options = Options(Blending.Auto(folds: 1));
        options.Members.Add(new("Lines", (ml, label, features, weight) =>
            ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight)));
        var model = Pipeline(options).Fit(View(1, 120));
        var page = new HtmlPage(TrainingReport.Create(model, View(2, 90)).ToHtml()).CheckIsSound();
        var member = page.Json["test"]!["contestants"]!.AsArray().Single(c => (string?)c!["kind"] == "Member")!;
        Assert.Equal("Lines", (string?)member["name"]);
        Assert.Contains("a member of the model", page.Section("modalities").Value, StringComparison.Ordinal);
        var history = model.GradientBlendingModel().History.Members[0];
        Assert.Equal(history.HeldOutLoss, (double)page.Json["history"]!["members"]![0]!["heldOutLoss"]!);
        Assert.Contains(history.ToString(), page.Section("losses").Value, StringComparison.Ordinal);
    }

    private static void CheckHistory(TrainingHistory history, JsonNode json)
    {
        static double[] Read(JsonNode? values) => [.. values!.AsArray().Select(v => (double)v!)];
        Assert.Equal(history.Branches, json["branches"]!.AsArray().Select(b => (string)b!));
        Assert.Equal((history.Seed, history.TrainingRows, history.HeldOutRows, history.SelectedEpoch, history.HeldOutLoss, history.Answer),
            ((int)json["seed"]!, (int)json["trainingRows"]!, (int)json["heldOutRows"]!, (int)json["selectedEpoch"]!, (double?)json["heldOutLoss"],
                (string)json["answer"]!));
        Assert.Equal(history.Epochs.Count, json["epochs"]!.AsArray().Count);
        foreach (var (epoch, saved) in history.Epochs.Zip(json["epochs"]!.AsArray()))
        {
            Assert.Equal(epoch.Weights, Read(saved!["weights"]));
            Assert.Equal(epoch.TrainLoss, Read(saved["trainLoss"]));
            Assert.Equal(epoch.HeldOutLoss, Read(saved["heldOutLoss"]));
        }
        Assert.Equal(2, history.Estimates.Count);
        foreach (var (estimate, saved) in history.Estimates.Zip(json["estimates"]!.AsArray()))
        {
            foreach (var (branch, values) in estimate.Branches.Zip(saved!["branches"]!.AsArray()))
            {
                Assert.Equal((branch.Branch, branch.Weight, branch.Generalization, branch.Overfitting),
                    ((string)values!["branch"]!, (double)values["weight"]!, (double)values["generalization"]!, (double)values["overfitting"]!));
            }
        }
    }

    private static IDataView View(int seed, int rows, string[]? names = null, int lacking = 0)
    {
        names ??= ["yes", "no", "perhaps"];
        var random = new Random(seed);
        return s_ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => new Row
        {
            Label = names[i % names.Length],
            Flag = i % 2 == 0,
            Flags = [i % 2 == 0, i % 3 == 0],
            Size = i % 3 + (float)random.NextDouble(),
            Name = $"row {i}",
            Group = $"group {i % 4}",
            Numbers = [.. Enumerable.Range(0, 5).Select(k => lacking > 0 && i % lacking == 0 ? float.NaN : (float)random.NextDouble()
                + (k == i % 3 ? 0.6f : 0))],
            Picture = [.. Enumerable.Range(0, 72).Select(k => (byte)(random.Next(128) + (k % 3 == i % 3 ? 60 : 0)))],
        }).ToArray());
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";
        public bool Flag { get; set; }
        [VectorType(2)] public bool[] Flags { get; set; } = [];
        public float Size { get; set; }
        public string Name { get; set; } = "";
        public string Group { get; set; } = "";
        [VectorType(5)] public float[] Numbers { get; set; } = [];
        [VectorType(4, 6, 3)] public byte[] Picture { get; set; } = [];
    }
}
