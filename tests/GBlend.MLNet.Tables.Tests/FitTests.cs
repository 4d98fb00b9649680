using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables.Tests;

public sealed class FitTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static MultiModalOptions Short(int epochs = 6) => new() { Trainer = o => (o.NumberOfEpochs, o.ValidationFraction) = (epochs, 0.2) };

    [Fact]
    public void Three_lines_train_on_numbers_categories_dates_text_and_pictures()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 150, 1));
        var test = MultiModalTable.Load(_ml, Products.Write(_folder, 60, 2, name: "test.csv"));
        using var model = _ml.MultiModal().Fit(table, label: "Category", options: Short());

        Assert.Equal(["Numbers", "Text.Description", "Image.Photo"], model.History.Branches.Take(3));
        // Rows without a picture are trained on.
        Assert.Equal(150, model.History.TrainingRows + model.History.HeldOutRows);
        Assert.InRange(model.Evaluate(test)["MicroAccuracy"], 0.85, 1);
        // Rows without a label or a picture are scored all the same.
        var scored = model.Transform(test.Data);
        string[] predicted = [.. scored.GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(v => v.ToString())];
        Assert.Equal(60, predicted.Length);
        Assert.DoesNotContain(scored.Schema, c => c.Name.StartsWith("Numbers", StringComparison.Ordinal));
        Assert.All(predicted, p => Assert.Contains(p, (string[])["toy", "book", "tool"]));
        var unlabeled = _ml.Transforms.DropColumns("Category").Fit(test.Data).Transform(test.Data);
        Assert.Equal(predicted, model.Transform(unlabeled).GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(v => v.ToString()));

        string file = _folder.File("model.zip", "");
        _ml.Model.Save(model, test.Data.Schema, file);
        var loaded = _ml.Model.Load(file, out _);
        Assert.Equal(scored.GetColumn<float[]>("Score"), loaded.Transform(test.Data).GetColumn<float[]>("Score"));
        (loaded as IDisposable)?.Dispose();
        Assert.Empty(CompilationErrors(model.Pipeline));
        Assert.Contains("<html", model.Report(test).ToHtml());
    }

    [Fact]
    public void The_program_by_hand_makes_the_same_steps()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 80, 1, pictures: false));
        using var model = _ml.MultiModal().Fit(table, "Category", options: Short(2));
        Assert.Empty(CompilationErrors(model.Pipeline));
        foreach (
            string step in new[] { "MapValueToKey", "OneHotEncoding", "IndicateMissingValues", "FeaturizeText", "Trainers.GradientBlending", "MapKeyToValue" })
            Assert.Contains(step, model.Pipeline);
        Assert.NotEmpty(CompilationErrors(model.Pipeline.Replace("FeaturizeText", "FeaturizeTexts")));
    }

    [Theory]
    [InlineData("Price", TableTask.Regression)]
    [InlineData("Color", TableTask.Multiclass)]
    public void The_task_follows_from_the_label(string label, TableTask task)
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 90, 1, pictures: false));
        using var model = _ml.MultiModal().Fit(table, label, options: Short(2));
        Assert.Equal(task, model.Task);
        Assert.All(model.Evaluate(table).Values, value => Assert.True(double.IsFinite(value)));
        Assert.Empty(CompilationErrors(model.Pipeline));
    }

    [Theory]
    [InlineData("Category", TableTask.Multiclass, "ml.MulticlassClassification.Trainers.LightGbm(label, features, weight)")]
    [InlineData("Price", TableTask.Regression, "ml.Regression.Trainers.LightGbm(label, features, weight)")]
    public void Trees_take_part_where_LightGBM_is_referenced(string label, TableTask task, string code)
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 150, 1, pictures: false, missing: false));
        using var model = _ml.MultiModal().Fit(table, label, options: Short(3));
        Assert.Equal(task, model.Task);
        var member = Assert.Single(model.History.Members);
        Assert.Equal("LightGBM", member.Name);
        Assert.Equal(["Numbers", "Text.Description"], member.ColumnNames);
        Assert.Contains("LightGBM", model.History.Answer);
        Assert.Contains($"new Member(\"LightGBM\", (ml, label, features, weight) => {code}),", model.Pipeline);
        Assert.Empty(CompilationErrors(model.Pipeline));
        Assert.Contains("Member LightGBM of Numbers, Text.Description: held-out loss", model.Report(table).ToHtml());
        var scored = model.Transform(table);
        string file = _folder.File("trees.zip", "");
        _ml.Model.Save(model, table.Data.Schema, file);
        var loaded = _ml.Model.Load(file, out _);
        float[] Scores(IDataView view) => task == TableTask.Regression ? [.. view.GetColumn<float>("Score")]
            : [.. view.GetColumn<float[]>("Score").SelectMany(s => s)];
        Assert.Equal(Scores(scored), Scores(loaded.Transform(table.Data)));
        (loaded as IDisposable)?.Dispose();
        using var again = _ml.MultiModal().Fit(table, label, options: Short(3));
        Assert.Equal(Scores(scored), Scores(again.Transform(table)));
        var none = Short(2);
        none.Members = [];
        using var without = _ml.MultiModal().Fit(table, label, options: none);
        Assert.Empty(without.History.Members);
        Assert.DoesNotContain("Member", without.Pipeline);
    }

    [Fact]
    public void Without_LightGBM_trees_are_those_of_FastTree()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 120, 1, pictures: false, missing: false));
        foreach (var (label, task) in new[] { ("Category", TableTask.Multiclass), ("Price", TableTask.Regression) })
        {
            var options = Short(2);
            options.Members = TreeMembers.Find(task, 3, lightGbm: null);
            using var model = _ml.MultiModal().Fit(table, label, options: options);
            Assert.Equal("FastTree", Assert.Single(model.History.Members).Name);
            Assert.Contains("Trainers.FastTree(label, features, weight)", model.Pipeline);
            Assert.Empty(CompilationErrors(model.Pipeline));
        }
        Assert.Empty(TreeMembers.Find(TableTask.Multiclass, 11, lightGbm: null));
        Assert.Single(TreeMembers.Find(TableTask.MultiLabel, 0, lightGbm: null));
        // Another class with the name is no LightGBM.
        Assert.Equal("FastTree", Assert.Single(TreeMembers.Find(TableTask.Binary, 2, typeof(FitTests))).Name);
    }

    [Fact]
    public void What_was_asked_for_is_not_refused_because_of_trees_that_were_not()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 60, 1, pictures: false));
        foreach (Action<GradientBlendingTrainer.Options> change in new Action<GradientBlendingTrainer.Options>[]
        {
            o => (o.Answer, o.ValidationFraction) = (Answer.Joint, 0.2), o => (o.Blending, o.ValidationFraction) = (Blending.Equal(), 0),
        })
        {
            using var model = _ml.MultiModal().Fit(table, "Category", options: new()
            {
                Trainer = o =>
                {
                    o.NumberOfEpochs = 1;
                    change(o);
                },
            });
            Assert.Empty(model.History.Members);
        }
    }

    [Fact]
    public void A_fit_that_ends_while_members_are_fitted_leaves_the_model_without_them()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 60, 1, pictures: false));
        using var cancel = new CancellationTokenSource();
        var options = Short(1);
        options.Members = [new("Slow", (ml, label, features, weight) =>
        {
            cancel.Cancel();
            return ml.MulticlassClassification.Trainers.LightGbm(label, features, weight);
        })];
        using var model = _ml.MultiModal().Fit(table, "Category", TimeSpan.FromHours(1), options, cancel.Token);
        Assert.True(cancel.IsCancellationRequested);
        Assert.Empty(model.History.Members);
        Assert.DoesNotContain("Slow", model.Pipeline);
    }

    public sealed class Reading
    {
        public bool IsOn { get; set; }

        public float A { get; set; }

        [VectorType(4)]
        public float[] Sensor { get; set; } = [];

        [VectorType(2)]
        public float[] Tags { get; set; } = [];
    }

    [Theory]
    [InlineData("IsOn", TableTask.Binary)]
    [InlineData("Tags", TableTask.MultiLabel)]
    public void Labels_of_other_types_have_their_tasks(string label, TableTask task)
    {
        var random = new Random(3);
        Reading[] rows = [.. Enumerable.Range(0, 120).Select(i => new Reading
        {
            IsOn = i % 2 == 0, A = i % 2 + (float)random.NextDouble(), Sensor = [i % 2, (float)random.NextDouble(), i % 3, 1],
                Tags = [i % 2, i % 3 == 0 ? 1 : 0],
        })];
        using var model = _ml.MultiModal().Fit(_ml.Data.LoadFromEnumerable(rows), label, options: Short(4));
        Assert.Equal(task, model.Task);
        Assert.All(model.Evaluate(MultiModalTable.From(_ml, rows)).Where(m => m.Key != "Rows"), metric => Assert.InRange(metric.Value, 0, 1.5));
    }

    [Fact]
    public void Labels_that_the_model_does_not_know_are_said()
    {
        string Rows(string yes, string no) =>
            "Size,Label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * 0.7 % 5:0.00},{(i % 2 == 0 ? yes : no)}\n"));
        using var model = _ml.MultiModal().Fit(MultiModalTable.Load(_ml, _folder.File("train.csv", Rows("true", "false"))), "Label", options: Short(1));
        var others = MultiModalTable.Load(_ml, _folder.File("others.csv", Rows("1", "0")));
        Assert.Contains("No row of the test table has a label", Assert.Throws<ArgumentException>(() => model.Evaluate(others)).Message);
        var some = MultiModalTable.Load(_ml, _folder.File("some.csv", Rows("true", "maybe")));
        Assert.Equal(20, model.Evaluate(some)["Rows"]);
    }

    [Fact]
    public void Rows_with_other_columns_are_refused_by_name()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 60, 1, pictures: false));
        using var model = _ml.MultiModal().Fit(table, "Category", options: Short(1));
        var without = _ml.Transforms.DropColumns("Color").Fit(table.Data).Transform(table.Data);
        Assert.Contains("no column 'Color'", Assert.Throws<ArgumentException>(() => model.Transform(without)).Message);
        var typed = _ml.Transforms.Conversion.ConvertType("Price", outputKind: DataKind.Single).Fit(table.Data).Transform(table.Data);
        Assert.Contains("'Price' is of the type Single", Assert.Throws<ArgumentException>(() => model.Transform(typed)).Message);
        Assert.Contains("'Price' is of the type Single", Assert.Throws<ArgumentException>(() => model.GetRowToRowMapper(typed.Schema)).Message);
    }

    [Fact]
    public void A_regression_leaves_out_rows_without_a_number()
    {
        string rows = string.Concat(Enumerable.Range(0, 80).Select(i => $"{i * 0.37:0.00},{(i % 4 == 0 ? "" : $"{100 + i * 0.37:0.000}")}\n"));
        var table = MultiModalTable.Load(_ml, _folder.File("missing.csv", "Size,Label\n" + rows));
        using var model = _ml.MultiModal().Fit(table, "Label", options: Short(30));
        var metrics = model.Evaluate(table);
        Assert.Equal(60, metrics["Rows"]);
        Assert.InRange(metrics["RSquared"], 0.5, 1);
    }

    /// <summary>What the steps make of numbers and dates, those that are missing among them.</summary>
    [Fact]
    public void Numbers_and_dates_that_are_missing_are_the_mean_and_are_flagged()
    {
        string rows = string.Concat(Enumerable.Range(0, 60).Select(i =>
            $"{(i % 3 == 0 ? "" : $"{100 + i}")},{(i % 4 == 0 ? "NA" : $"20{10 + i % 10}-05-{1 + i % 28:00}")},{i * 1.5:0.0},{(i % 2 == 0 ? "a" : "b")}\n"));
        var table = MultiModalTable.Load(_ml, _folder.File("gaps.csv", "Age,Day,Size,Label\n" + rows));
        Assert.Equal([ColumnKind.Number, ColumnKind.Date, ColumnKind.Number], table.Columns.Take(3).Select(c => c.Kind));
        var plan = TablePlan.Create(_ml, table, "Label", null, [], 60, null);
        var view = table.Data;
        foreach (var step in plan.FeatureSteps)
            view = step.Estimator.Fit(view).Transform(view);
        float[][] values = [.. view.GetColumn<float[]>("Numbers.WithMissing")], flags = [.. view.GetColumn<float[]>("Numbers.WithMissing.Flags")];
        float mean = values.Where((_, i) => i % 3 != 0).Average(v => v[0]);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal([i % 3 == 0 ? 1 : 0, i % 4 == 0 ? 1f : 0], flags[i]);
            Assert.Equal(i % 3 == 0 ? mean : 100 + i, values[i][0], 1e-2f);
            if (i % 4 != 0)
                Assert.Equal((new DateTime(2010 + i % 10, 5, 1 + i % 28) - new DateTime(1, 1, 1).AddDays(730000)).TotalDays, values[i][1], 1e-2);
        }
        Assert.All(view.GetColumn<float[]>("Numbers"), row => Assert.All(row, value => Assert.InRange(value, -5, 5)));
        // A table to score may lack what none of the rows to train on lacked.
        using var model = _ml.MultiModal().Fit(table, "Label", options: Short(1));
        var other = MultiModalTable.Load(_ml, _folder.File("other.csv", "Age,Day,Size,Label\n,,,a\n1,2020-01-01,,b\n"));
        Assert.All(model.Transform(other).GetColumn<float[]>("Score"), row => Assert.All(row, value => Assert.True(float.IsFinite(value))));
    }

    [Theory]
    [InlineData(TableTask.Binary, "'toy'")]
    [InlineData(TableTask.Regression, "'toy'")]
    public void A_task_that_the_labels_are_not_of_is_refused(TableTask task, string word)
    {
        string rows = string.Concat(Enumerable.Range(0, 20).Select(i => $"{i * 1.5:0.0},{(i % 2 == 0 ? "toy" : "book")}\n"));
        var table = MultiModalTable.Load(_ml, _folder.File("words.csv", "Size,Label\n" + rows));
        Assert.Contains(word, Assert.Throws<ArgumentException>(() => _ml.MultiModal().Fit(table, "Label", options: new() { Task = task })).Message);
    }

    [Theory]
    [InlineData("Constant", "the same value in all rows")]
    [InlineData("Id", "a value of its own")]
    [InlineData("Kind", "no column 'Kind'")]
    public void Labels_that_can_not_be_learned_are_refused(string label, string message)
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 40, 1, pictures: false));
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => _ml.MultiModal().Fit(table, label)).Message);
    }

    [Fact]
    public void Rows_without_a_label_are_left_out_and_said()
    {
        string path = Products.Write(_folder, 90, 1, pictures: false);
        string text = File.ReadAllText(path);
        int at = text.LastIndexOf(text.Contains(",tool", StringComparison.Ordinal) ? ",tool" : ",toy", StringComparison.Ordinal);
        var table = MultiModalTable.Load(_ml, _folder.File("some.csv", text[..(at + 1)] + text[(at + (text[at + 2] == 'o' && text[at + 3] == 'o' ? 5 : 4))..]));
        using var model = _ml.MultiModal().Fit(table, "Category", options: Short(2));
        Assert.Contains("1 rows have no label", Assert.Single(model.Warnings));
        Assert.Equal(89, model.History.TrainingRows + model.History.HeldOutRows);
    }

    [Fact]
    public void A_column_that_says_the_label_is_suspicious()
    {
        string rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"{i * 0.7 % 5:0.00},{(i % 2 == 0 ? "yes" : "no")},{(i % 2 == 0 ? "A" : "B")}\n"));
        var table = MultiModalTable.Load(_ml, _folder.File("copy.csv", "Size,Copy,Label\n" + rows));
        using var model = _ml.MultiModal().Fit(table, "Label", options: Short(1));
        Assert.Contains("'Copy' is a suspicious column", Assert.Single(model.Warnings));
    }

    [Fact]
    public void A_time_limit_of_a_second_gives_a_model()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 200, 1, pictures: false));
        var options = Short(400);
        using var model = _ml.MultiModal().Fit(table, "Category", TimeSpan.FromSeconds(1), options);
        Assert.InRange(model.History.Epochs.Count, 1, 399);
        Assert.Contains("time limit was reached", Assert.Single(model.Warnings));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.MultiModal().Fit(table, "Category", TimeSpan.Zero));
    }

    [Fact]
    public void Time_that_is_left_is_swept()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 60, 1, pictures: false));
        var steps = new List<string>();
        var options = Short(2);
        // Ended after some trials, so that the test does not take the time that it allows.
        using var cancel = new CancellationTokenSource();
        options.Progress = new Steps(steps, () => cancel.Cancel(), "sweep: trial 4");
        using var model = _ml.MultiModal().Fit(table, "Category", TimeSpan.FromHours(1), options, cancel.Token);
        Assert.NotNull(model.Leaderboard);
        Assert.True(model.Leaderboard.Rows.Count > 1);
        Assert.Contains(steps, s => s.Contains("sweep: trial"));
    }

    [Fact]
    public void Cancellation_gives_the_model_so_far()
    {
        var table = MultiModalTable.Load(_ml, Products.Write(_folder, 60, 1, pictures: false));
        using var cancel = new CancellationTokenSource();
        var options = Short(300);
        options.Progress = new Cancelling(cancel, "epoch 3 ");
        using var model = _ml.MultiModal().Fit(table, "Category", null, options, cancel.Token);
        Assert.InRange(model.History.Epochs.Count, 2, 4);
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.MultiModal().Fit(table, "Category", null, Short(3), cancel.Token));
    }

    [Fact]
    public void A_thousand_columns_and_empty_ones_are_fitted()
    {
        var random = new Random(2);
        string header = string.Join(",", Enumerable.Range(0, 1000).Select(i => $"C{i}").Append("Empty").Append("Label"));
        string rows = string.Concat(Enumerable.Range(0, 40).Select(r => string.Join(
            ",", Enumerable.Range(0, 1000).Select(i => $"{random.NextDouble() + (i < 20 ? r % 2 : 0):0.000}")) + $",,{(r % 2 == 0 ? "a" : "b")}\n"));
        var table = MultiModalTable.Load(_ml, _folder.File("wide.csv", header + "\n" + rows));
        using var model = _ml.MultiModal().Fit(table, "Label", options: Short(2));
        Assert.Equal(["Numbers"], model.History.Branches);
    }

    private sealed class Steps(List<string> steps, Action end, string at) : IProgress<MultiModalProgress>
    {
        public void Report(MultiModalProgress value)
        {
            lock (steps)
                steps.Add(value.ToString());
            if (value.Step.StartsWith(at, StringComparison.Ordinal))
                end();
        }
    }

    private sealed class Cancelling(CancellationTokenSource source, string at) : IProgress<MultiModalProgress>
    {
        public void Report(MultiModalProgress value)
        {
            if (value.Step.Contains(at, StringComparison.Ordinal))
                source.Cancel();
        }
    }

    private static Diagnostic[] CompilationErrors(string program)
    {
        const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(
            path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("Program", [CSharpSyntaxTree.ParseText(Usings), CSharpSyntaxTree.ParseText(program)], references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        return [.. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)];
    }
}
