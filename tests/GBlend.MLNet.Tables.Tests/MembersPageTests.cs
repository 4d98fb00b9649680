using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables.Tests;

/// <summary>The program of docs/members.md, here because these tests reference LightGBM.</summary>
public sealed class MembersPageTests
{
    [Fact]
    public void The_program_of_the_page_runs()
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var history = Program(ml, ml.Data.LoadFromEnumerable<Row>([.. Enumerable.Range(0, 90).Select(i => new Row
        {
            Label = (uint)(i % 3),
            Text = [.. Enumerable.Range(0, 8).Select(k => random.Next(3) == 0 || k == i % 3 ? 1f : 0)],
            Facts = [.. Enumerable.Range(0, 3).Select(k => (float)random.NextDouble() + (k == i % 3 ? 0.5f : 0))],
        })]));
        Assert.StartsWith("Member LightGBM of Text, Facts: held-out loss", history.Members[0].ToString());
        Assert.Contains("LightGBM", history.Answer);
    }

    private static TrainingHistory Program(MLContext ml, IDataView train)
    {
        // Microsoft.ML.LightGbm, referenced by your application
        var options = new GradientBlendingTrainer.Options { Modalities = { Modality.Vector("Text"), Modality.Vector("Facts") } };
        options.Members.Add(new Member("LightGBM", (ml, label, features, weight) =>
            ml.MulticlassClassification.Trainers.LightGbm(label, features, weight)));
        var model = ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(train);
        Console.WriteLine(model.History.Members[0]);   // Member LightGBM of Text, Facts: held-out loss 0.545
        Console.WriteLine(model.History.Answer);       // pool Text 0.21, Facts 0.30, DetachedJoint 0.18, Joint 0.11, LightGBM 0.42
        return model.History;
    }

    private sealed class Row
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(8)]
        public float[] Text { get; set; } = [];

        [VectorType(3)]
        public float[] Facts { get; set; } = [];
    }
}
