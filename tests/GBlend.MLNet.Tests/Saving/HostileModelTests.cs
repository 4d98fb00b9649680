using System.Text;
using System.Text.Json.Nodes;
using GBlend.MLNet.Tests.Components;
using Microsoft.ML;
using TorchSharp;
using Xunit.Abstractions;

namespace GBlend.MLNet.Tests;

/// <summary>Model files that are made to do harm: their checksums are right.</summary>
public sealed class HostileModelTests(ITestOutputHelper output)
{
    private const string Settings = "settings.json", Schema = "schema.json", Weights = "weights.safetensors";

    private static readonly Lazy<byte[]> s_tiny = new(() => Saved(_ => { }));

    static HostileModelTests() => Encoders.Register("tiny convolutions", settings => new TinyConvolutionalEncoder((int)settings["channels"]!));

    public static TheoryData<string> Sizes => new(s_sizes.Keys);

    private static readonly Dictionary<string, Action<JsonObject>> s_sizes = new()
    {
        ["wide layers"] = s => Encoder(s)["settings"]!["widths"] = Numbers(12_000, 12_000, 12_000, 6),
        ["many layers"] = s => Encoder(s)["settings"]!["widths"] = Numbers([.. Enumerable.Repeat(6, 1_000_000)]),
        ["a wide fusion"] = s => s["fusion"]!["hidden"] = Numbers(2_000_000_000, 2_000_000_000),
        ["a vocabulary"] = s => Text(s, "text-pooling", vocabularySize: 2_000_000_000, width: 6, layers: 1),
        ["a vocabulary of a CNN"] = s => Text(s, "text-cnn", vocabularySize: 9, width: 2_000_000_000, layers: 1),
        ["layers of a Transformer"] = s => Text(s, "text-transformer", vocabularySize: 9, width: 6, layers: 1_000_000_000),
        ["a wide ResNet"] = s => ResNet(s, 16),
        ["outputs"] = s => s["outputs"] = 2_000_000_000,
        ["networks"] = s => s["networks"] = new JsonArray([.. Enumerable.Repeat(0, 100_000).Select(_ => s["networks"]![0]!.DeepClone())]),
        ["an encoder of somebody else"] = s =>
            (Encoder(s)["encoder"], Encoder(s)["settings"]) = ("tiny convolutions", new JsonObject { ["channels"] = 2_000_000_000 }),
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Load_of_sizes_that_the_weights_have_not_is_refused_before_anything_is_built(string what)
    {
        var file = new ModelZip(s_tiny.Value).Reseal(Settings, s_sizes[what]).ToArray();
        output.WriteLine($"{what}: {file.Length} bytes");
        var made = DisposeScopeManager.Statistics.TensorStatistics;
        long tensors = made.CreatedInScopeCount + made.CreatedOutsideScopeCount, memory = GC.GetAllocatedBytesForCurrentThread();
        var error = Refused(file);
        memory = GC.GetAllocatedBytesForCurrentThread() - memory;
        Assert.True(made.CreatedInScopeCount + made.CreatedOutsideScopeCount == tensors, "tensors were made");
        Assert.True(memory < 4_000_000 + 80L * new ModelZip(file)[Settings].Length, $"{memory} bytes allocated: {error.Message}");
        Assert.True(error.Message.Length < 3000, error.Message);
    }

    [Fact]
    public void Load_of_an_encoder_of_somebody_else_works_and_says_what_it_refuses()
    {
        var encoder = new TinyConvolutionalEncoder(2);
        var file = Saved(o => o.Modalities[0] = Modality.Vector("A", encoder));
        using (var loaded = (GradientBlendingTransformer)Load(file))
            Assert.Equal(["A", "B"], loaded.ModalityColumns);
        var error = Refused(new ModelZip(file).Reseal(Settings, s => Encoder(s)["settings"]!["channels"] = 4097).ToArray());
        Assert.Contains("'channels' is 4097", error.Message);
        Assert.Contains("override Encoder.Describe", error.Message);
        Assert.Contains("missing", Refused(new ModelZip(file).Reseal(Settings, s => Encoder(s)["encoder"] = "mlp").ToArray()).Message);
    }

    [Fact]
    public void Load_of_many_views_takes_no_memory_and_refuses_rows_without_them()
    {
        var file = new ModelZip(s_tiny.Value).Reseal(Settings, s =>
        {
            (Encoder(s)["kind"], Encoder(s)["stored"], Encoder(s)["shape"]) = ("Image", Numbers(400_000_000, 1, 1, 4), Numbers(1, 1, 4));
        }).ToArray();
        long memory = GC.GetAllocatedBytesForCurrentThread();
        using var loaded = (GradientBlendingTransformer)Load(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, 10_000_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => loaded.Transform(new MLContext(1).KeyedView(Samples.Rows())));
    }

    /// <summary>Scaled token ids would be no ids, which only a row would tell.</summary>
    [Theory]
    [InlineData("standardDeviation", 3)]
    [InlineData("mean", 1)]
    public void Load_of_numbers_or_token_ids_that_are_scaled_is_refused(string name, int value)
    {
        string Refusal(byte[] file) => Refused(new ModelZip(file).Reseal(Settings, s => Encoder(s)["scaling"]![name]![0] = value).ToArray()).Message;
        Assert.Contains("'A' are scaled", Refusal(s_tiny.Value));
        Assert.Contains("'A' are scaled", Refusal(Saved(o => o.Modalities[0] = Modality.Text("A", Encoders.TextPooling(9, 4)), row => row.A = [1, 2, 3, 4])));
    }

    [Theory]
    [InlineData(Schema)]
    [InlineData(Settings)]
    [InlineData(Weights)]
    public void Load_of_an_entry_that_swells_is_refused_while_it_is_packed(string name)
    {
        var zip = new ModelZip(s_tiny.Value);
        var file = zip.Reseal(name, [.. zip[name], .. Enumerable.Repeat((byte)' ', 100_000_000)]).ToArray();
        long memory = GC.GetAllocatedBytesForCurrentThread();
        var error = Refused(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, 10_000_000);
        Assert.Contains($"'{name}' is refused", error.Message);
        Assert.Contains("200 times", error.Message);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(7)]
    public void Load_of_an_entry_that_has_more_or_less_than_it_says_is_refused(int more)
    {
        var file = s_tiny.Value.ToArray();
        // The directory at the end of a zip file: the size of an entry stands 24 bytes after its signature, its name 46.
        int at = file.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(Settings));
        while (!file.AsSpan(at, 4).SequenceEqual("PK\u0001\u0002"u8))
            at--;
        BitConverter.TryWriteBytes(file.AsSpan(at + 24), BitConverter.ToInt32(file, at + 24) + more);
        Refused(file);
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData(Schema)]
    [InlineData(Settings)]
    public void Load_with_any_field_wrong_is_refused_or_scores(string name)
    {
        var view = new MLContext(1).KeyedView(Samples.Rows(6));
        int loaded = 0, refused = 0;
        var wrong = new List<string>();
        // Records of epochs are alike: those of the first stand for all.
        foreach (var (path, value, document) in JsonAlterations.Of(new ModelZip(s_tiny.Value)[name], path => !path.StartsWith("history/Epochs/1")))
        {
            var file = new ModelZip(s_tiny.Value).Reseal(name, document).ToArray();
            try
            {
                Assert.True(TryScore(file, view) ? ++loaded > 0 : ++refused > 0);
            }
            catch (Exception e)
            {
                wrong.Add($"{path} = {value}: {e.GetBaseException()}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        output.WriteLine($"{loaded} loaded, {refused} refused");
        Assert.True(refused > loaded);
    }

    /// <summary>Whether a file loads and its model scores rows, or is refused as documented; anything else comes through.</summary>
    private static bool TryScore(byte[] file, IDataView view)
    {
        GradientBlendingTransformer model;
        try
        {
            model = (GradientBlendingTransformer)Load(file);
        }
        catch (Exception e) when (e.GetBaseException() is InvalidDataException)
        {
            return false;
        }
        using (model)
        {
            try
            {
                var scored = model.Transform(view);
                Assert.Equal(6, scored.Preview(6).RowView.Length);
                _ = model.History.ToString();
            }
            catch (ArgumentOutOfRangeException e) when (e.ParamName is "schema")
            {
                // A model of other columns than these.
            }
        }
        return true;
    }

    private static InvalidDataException Refused(byte[] file) =>
        Assert.IsType<InvalidDataException>(Assert.ThrowsAny<Exception>(() => Load(file)).GetBaseException());

    private static ITransformer Load(byte[] file) => new MLContext(1).Model.Load(new MemoryStream(file), out _);

    private static byte[] Saved(Action<GradientBlendingTrainer.Options> change, Action<Sample>? alter = null)
    {
        var ml = new MLContext(1);
        var rows = Samples.Rows();
        rows.ForEach(alter ?? (_ => { }));
        var view = ml.KeyedView(rows);
        using var model = ml.Trainer(o =>
        {
            (o.OutputBranchScores, o.NumberOfEpochs) = (true, 1);
            change(o);
        }).Fit(view);
        using var stream = new MemoryStream();
        ml.Model.Save(model, view.Schema, stream);
        return stream.ToArray();
    }

    private static JsonNode Encoder(JsonObject settings) => settings["modalities"]![0]!;

    private static void Text(JsonObject settings, string kind, int vocabularySize, int width, int layers) =>
        (Encoder(settings)["encoder"], Encoder(settings)["settings"]) = (
            kind, new JsonObject { ["vocabularySize"] = vocabularySize, ["width"] = width, ["layers"] = layers, ["heads"] = 1, ["dropout"] = 0 });

    private static void ResNet(JsonObject settings, double width)
    {
        var modality = Encoder(settings);
        (modality["encoder"], modality["kind"], modality["stored"], modality["shape"]) = ("r3d", "Video", Numbers(2, 8, 8, 3), Numbers(2, 8, 8, 3));
        modality["settings"] = new JsonObject
        {
            ["depth"] = 152,
            ["widthMultiplier"] = width,
            ["stemPooling"] = true,
            ["mean"] = Numbers(0),
            ["standardDeviation"] = Numbers(1),
        };
    }

    private static JsonArray Numbers(params int[] values) => new([.. values.Select(v => (JsonNode)v)]);
}
