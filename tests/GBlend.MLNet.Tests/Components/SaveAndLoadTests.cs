using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

public class SaveAndLoadTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;

    public SaveAndLoadTests() => _view = _ml.KeyedView(Samples.Rows());

    private byte[] Saved(ITransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, _view.Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] file) => new MLContext(99).Model.Load(new MemoryStream(file), out _);

    private byte[] SavedTiny()
    {
        using var model = _ml.Trainer().Fit(_view);
        return Saved(model);
    }

    [Theory]
    [InlineData("Label")]
    [InlineData("IsRed")]
    [InlineData("Number")]
    [InlineData("Tags")]
    public void Load_gives_the_same_schema_and_bits(string label)
    {
        using var model = _ml.Trainer(o => (o.LabelColumnName, o.OutputBranchScores, o.MissingValues) = (label, true, MissingValues.ImputeMean)).Fit(_view);
        using var loaded = Assert.IsType<GradientBlendingTransformer>(Load(Saved(model)));
        IDataView before = model.Transform(_view), after = loaded.Transform(_view);
        Assert.Equal(before.Schema.Select(Describe), after.Schema.Select(Describe));
        foreach (string column in new[] { "Score", "Score.A", "Score.Joint" })
            Assert.Equal(before.GetColumn<float[]>(column), after.GetColumn<float[]>(column));
        Assert.Equal(model.History.Epochs.Select(e => e.LearningRate), loaded.History.Epochs.Select(e => e.LearningRate));
        Assert.Equal(model.Task, loaded.Task);
        Assert.Equal(model.ModalityColumns, loaded.ModalityColumns);
    }

    [Fact]
    public void Load_of_a_chain_maps_classes_back_to_text()
    {
        var rows = _ml.View(Samples.Rows());
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Trainer()).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);
        var loaded = Load(Saved(chain));
        Assert.Equal(chain.Transform(rows).GetColumn<string>("PredictedLabel"), loaded.Transform(rows).GetColumn<string>("PredictedLabel"));
        Assert.Single(Assert.IsAssignableFrom<IEnumerable<ITransformer>>(loaded).OfType<GradientBlendingTransformer>());
    }

    [Fact]
    public void Load_of_regression_and_binary_models_gives_the_same_bits()
    {
        using var regression = _ml.Regression.Trainers.GradientBlending(Samples.Tiny(o => o.LabelColumnName = "Amount")).Fit(_view);
        Assert.Equal(regression.Transform(_view).GetColumn<float>("Score"), Load(Saved(regression)).Transform(_view).GetColumn<float>("Score"));
        using var binary = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o => o.LabelColumnName = "IsRed")).Fit(_view);
        Assert.Equal(binary.Transform(_view).GetColumn<float>("Probability"), Load(Saved(binary)).Transform(_view).GetColumn<float>("Probability"));
    }

    [Fact]
    public void Save_writes_plain_data_without_type_names()
    {
        using var zip = new ZipArchive(new MemoryStream(SavedTiny()));
        var names = zip.Entries.Select(e => e.Name).ToList();
        Assert.Contains("schema.json", names);
        Assert.Contains("settings.json", names);
        Assert.Contains("weights.safetensors", names);
        var json = string.Concat(zip.Entries.Where(e => e.Name.EndsWith(".json")).Select(e => new StreamReader(e.Open()).ReadToEnd()));
        Assert.DoesNotContain("System.", json);
        Assert.DoesNotContain("TorchSharp", json);
    }

    [Theory]
    [InlineData("schema.json")]
    [InlineData("settings.json")]
    [InlineData("weights.safetensors")]
    public void Load_of_an_altered_stream_is_refused(string name)
    {
        var e = Refusal(Change(SavedTiny(), name, bytes => bytes[bytes.Length / 2] ^= 1));
        Assert.Contains($"'{name}' was altered", e.Message);
        Assert.Contains("unaltered copy", e.Message);
    }

    [Theory]
    [InlineData("schema.json")]
    [InlineData("settings.json")]
    [InlineData("weights.safetensors")]
    public void Load_of_a_file_that_lacks_a_stream_is_refused(string name)
    {
        var e = Refusal(Change(SavedTiny(), name, null));
        Assert.Contains($"lacks '{name}'", e.Message);
    }

    [Fact]
    public void Load_of_a_newer_file_names_both_formats_and_the_remedy()
    {
        // The format that can read it, at 0x4C of the header that ML.NET puts before a component's main stream, and the one that wrote it.
        var e = Refusal(Change(SavedTiny(), "Model.key", bytes => bytes[0x48 + 2] = bytes[0x4C + 2] = 9));
        Assert.Contains("format 9.1", e.Message);
        Assert.Contains("up to 1.2", e.Message);
        Assert.Contains("Update GBlend.MLNet", e.Message);
    }

    [Fact]
    public void Load_of_a_truncated_file_is_refused()
    {
        var file = SavedTiny();
        Assert.ThrowsAny<Exception>(() => Load(file[..(file.Length / 2)]));
    }

    private static Exception Refusal(byte[] file)
    {
        var e = Assert.ThrowsAny<Exception>(() => Load(file)).GetBaseException();
        return Assert.IsType<InvalidDataException>(e);
    }

    private static byte[] Change(byte[] file, string name, Action<byte[]>? change)
    {
        using var stream = new MemoryStream();
        stream.Write(file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = zip.Entries.Single(e => e.Name == name);
            using var content = new MemoryStream();
            using (var source = entry.Open())
                source.CopyTo(content);
            entry.Delete();
            if (change is not null)
            {
                byte[] bytes = content.ToArray();
                change(bytes);
                using var target = zip.CreateEntry(entry.FullName).Open();
                target.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    private static string Describe(DataViewSchema.Column column)
    {
        var text = new StringBuilder($"{column.Name} {column.Type} {column.IsHidden}");
        foreach (var annotation in column.Annotations.Schema)
            text.Append($" {annotation.Name} {annotation.Type}");
        if (column.HasSlotNames())
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            column.GetSlotNames(ref names);
            text.Append(string.Join("|", names.DenseValues()));
        }
        return text.ToString();
    }
}
