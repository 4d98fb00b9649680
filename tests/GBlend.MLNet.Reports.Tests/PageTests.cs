using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports.Tests;

/// <summary>The program of docs/reports.md.</summary>
public sealed class PageTests
{
    [Fact]
    public void The_program_of_the_page_runs()
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var rows = ml.Data.LoadFromEnumerable<Row>([.. Enumerable.Range(0, 90).Select(i => new Row
        {
            Label = (uint)(i % 3),
            Speaker = $"speaker {i % 7}",
            File = $"{i}.wav",
            Face = [.. Enumerable.Range(0, 4).Select(k => (float)random.NextDouble() + (k == i % 3 ? 1 : 0))],
            Voice = [.. Enumerable.Range(0, 3).Select(_ => (float)random.NextDouble())],
        })]);
        var options = new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Vector("Face"), Modality.Vector("Voice") },
            NumberOfEpochs = 3,
            SamplingKeyColumnName = "Speaker",
        };
        ITransformer model = ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(rows);
        try
        {
            Program(model, rows, options);
            Assert.Contains("speaker 3", File.ReadAllText("report.html"), StringComparison.Ordinal);
            Assert.NotEmpty(Directory.GetFiles("figures", "*.svg"));
        }
        finally
        {
            File.Delete("report.html");
            Directory.Delete("figures", recursive: true);
        }
    }

    private static void Program(ITransformer model, IDataView test, GradientBlendingTrainer.Options options)
    {
        var report = TrainingReport.Create(model, test, new ReportOptions
        {
            Trainer = options,                      // its settings are printed
            GroupColumnName = "Speaker",            // accuracy by speaker
            RowNameColumnName = "File",             // names of the most confused rows
        });
        Console.WriteLine(report.Verdict);
        report.Save("report.html");
        report.SaveFigures("figures");              // an SVG file of each figure
    }

    private sealed class Row
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public string Speaker { get; set; } = "";

        public string File { get; set; } = "";

        [VectorType(4)]
        public float[] Face { get; set; } = [];

        [VectorType(3)]
        public float[] Voice { get; set; } = [];
    }
}
