using Microsoft.ML;

namespace GBlend.MLNet.Onnx.Tests;

/// <summary>What a file says of its model.</summary>
public sealed class OnnxModelInfoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gblend-onnx-").FullName;

    private string PathOfModel => Path.Combine(_folder, "model.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Classes_are_in_the_order_of_the_scores()
    {
        var ml = new MLContext(seed: 1);
        var rows = ExportRows.Make(60, 4);
        var view = ExportRows.View(rows);
        var model = ml.Transforms.Conversion.MapValueToKey("Class")
            .Append(ml.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
            {
                LabelColumnName = "Class",
                Modalities = { Modality.Vector("First"), Modality.Vector("Second") },
                Blending = Blending.Equal(),
                NumberOfEpochs = 2,
            })).Fit(view);
        using (var file = File.Create(PathOfModel))
            ml.Model.SaveAsOnnx(model, view, file);

        var info = OnnxModelInfo.Read(PathOfModel);
        string[] inOrder = [.. rows.Select(row => row.Class).Distinct()];       // MapValueToKey counts values as it meets them
        Assert.Equal(inOrder, info.Classes);
        Assert.Equal(("Multiclass", "Class", typeof(OnnxModelInfo).Assembly.GetName().Version!.ToString(3)), (info.Task, info.LabelColumnName, info.Version));
        Assert.Equal(["First", "Second", "Joint"], info.Branches);
        Assert.Equal(model.GradientBlendingModel().History.Answer, info.Answer);

        // A file that is cut anywhere, or not an ONNX file of ours, is refused.
        byte[] whole = File.ReadAllBytes(PathOfModel);
        var random = new Random(1);
        foreach (int length in Enumerable.Range(0, 60).Select(_ => random.Next(whole.Length)).Append(whole.Length - 1).Append(0))
        {
            File.WriteAllBytes(PathOfModel, whole[..length]);
            Assert.Throws<InvalidDataException>(() => OnnxModelInfo.Read(PathOfModel));
        }
        for (int i = 0; i < 200; i++)
        {
            byte[] altered = [.. whole];
            for (int k = 0; k < 20; k++)
                altered[random.Next(2) == 0 ? random.Next(altered.Length) : altered.Length - 1 - random.Next(400)] = (byte)random.Next(256);
            File.WriteAllBytes(PathOfModel, altered);
            var error = Record.Exception(() => OnnxModelInfo.Read(PathOfModel));
            Assert.True(error is null or InvalidDataException, $"{error}");
        }
        // A file of others, and one of ours without what must be in it.
        File.WriteAllBytes(PathOfModel, [0x08, 0x07]);
        Assert.Contains("not from mlContext.Model.SaveAsOnnx", Assert.Throws<InvalidDataException>(() => OnnxModelInfo.Read(PathOfModel)).Message);
        File.WriteAllBytes(PathOfModel, [0x72, 23, 0x0a, 14, .. "gblend.version"u8, 0x12, 5, .. "1.2.3"u8]);
        Assert.Contains("it lacks 'gblend.task'", Assert.Throws<InvalidDataException>(() => OnnxModelInfo.Read(PathOfModel)).Message);
        Assert.Throws<ArgumentException>(() => OnnxModelInfo.Read(""));
        Assert.Throws<FileNotFoundException>(() => OnnxModelInfo.Read(Path.Combine(_folder, "none.onnx")));
    }
}
