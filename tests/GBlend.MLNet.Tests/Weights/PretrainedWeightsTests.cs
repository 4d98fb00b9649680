using GBlend.MLNet.Tests.Components;
using Microsoft.ML;

namespace GBlend.MLNet.Tests;

public sealed class PretrainedWeightsTests
{
    /// <summary>An encoder as torchvision's: a stem, a layer, counters.</summary>
    private static readonly NamedShape[] Own =
    [
        new("stem.0.weight", [2, 2, 1, 3]), new("stem.1.weight", [2]), new("stem.1.num_batches_tracked", []), new("layer1.weight", [3, 2, 1]),
    ];

    private static readonly StateDict Fitting = Ramps(
        new("stem.0.weight", [2, 2, 1, 3]), new("stem.1.weight", [2]), new("layer1.weight", [3, 2, 1]), new("fc.weight", [5, 3]), new("fc.bias", [5]));

    [Theory]
    [InlineData("")]
    [InlineData("backbone.")]
    [InlineData("encoders.0.net.")]
    public void Match_takes_what_fits_under_any_prefix_and_drops_the_classifier(string prefix)
    {
        var (start, report) = Match(Prefixed(prefix, Fitting));
        Assert.Equal(["stem.0.weight", "stem.1.weight", "layer1.weight"], start.Keys);
        Assert.Equal(Fitting["layer1.weight"].ToFloats(), start["layer1.weight"]);
        Assert.Equal(prefix + "stem.0.weight", report.Matched[0].FileName);
        Assert.Equal([$"{prefix}fc.weight [5, 3]", $"{prefix}fc.bias [5]"], report.Dropped.Select(d => d.ToString()));
        Assert.Equal(["stem.1.num_batches_tracked []"], report.Missing.Select(m => m.ToString()));
        Assert.Empty(report.Left);
        Assert.Equal($"3 tensors matched; dropped {prefix}fc.weight [5, 3], {prefix}fc.bias [5]; missing stem.1.num_batches_tracked []", report.ToString());
    }

    [Fact]
    public void Match_takes_files_without_the_encoders_own_prefix()
    {
        var own = Own.Select(t => t with { Name = "net." + t.Name }).ToArray();
        var (start, _) = PretrainedWeights.Match(own, name => name, Fitting, strict: true);
        Assert.Equal(["net.stem.0.weight", "net.stem.1.weight", "net.layer1.weight"], start.Keys);
    }

    [Fact]
    public void Match_adapts_the_first_convolution_to_other_channels()
    {
        // [1 output, 3 channels, 2 pixels]: means 3 and 4, times 3 / 2.
        var own = new NamedShape[] { new("conv.weight", [1, 2, 2]), new("next.weight", [1, 1, 1]) };
        var (start, report) = PretrainedWeights.Match(own, name => name, new([new("conv.weight", StateTensor.FromFloats([1, 3, 2], [1, 2, 3, 4, 5, 6])),
            new("next.weight", StateTensor.FromFloats([1, 1, 1], [8]))]), strict: true);
        Assert.Equal([4.5f, 6, 4.5f, 6], start["conv.weight"]);
        Assert.True(report.Matched[0].IsAdapted);
        Assert.False(report.Matched[1].IsAdapted);
        Assert.Contains("adapted conv.weight [1, 2, 2] from conv.weight [1, 3, 2]", report.ToString());
    }

    [Fact]
    public void Match_leaves_other_parts_of_a_checkpoint()
    {
        var (_, report) = Match(new StateDict(
            [.. Fitting, new("projection.weight", StateTensor.FromFloats([1], [1])), new("other.stem.5.weight", StateTensor.FromFloats([1], [1]))]));
        Assert.Equal(["projection.weight [1]", "other.stem.5.weight [1]"], report.Left.Select(l => l.ToString()));
    }

    [Fact]
    public void Match_of_another_architecture_lists_what_differs()
    {
        var other = Ramps(new("stem.0.weight", [2, 3, 2, 3]), new("stem.1.weight", [4]), new("stem.3.weight", [1]), new("fc.weight", [5, 3]));
        var error = Assert.Throws<ArgumentException>(() => Match(other));
        Assert.Contains("another shape: stem.0.weight [2, 2, 1, 3] from stem.0.weight [2, 3, 2, 3], stem.1.weight [2] from stem.1.weight [4]", error.Message);
        Assert.Contains("missing in the weights: layer1.weight [3, 2, 1]", error.Message);
        Assert.Contains("not in the encoder: stem.3.weight [1]", error.Message);
        Assert.DoesNotContain("fc.weight", error.Message);
    }

    [Fact]
    public void Match_of_a_deeper_or_a_smaller_network_is_refused_when_strict()
    {
        var deeper = new StateDict([.. Fitting, new("layer1.1.weight", StateTensor.FromFloats([1], [1]))]);
        Assert.Contains("not in the encoder: layer1.1.weight [1]", Assert.Throws<ArgumentException>(() => Match(deeper)).Message);
        Assert.Equal(["layer1.1.weight [1]"], Match(deeper, strict: false).Report.Left.Select(l => l.ToString()));
        var smaller = new StateDict(Fitting.Where(t => t.Key != "stem.1.weight"));
        Assert.Contains("missing in the weights: stem.1.weight [2]", Assert.Throws<ArgumentException>(() => Match(smaller)).Message);
        var (start, report) = Match(smaller, strict: false);
        Assert.Equal(["stem.0.weight", "layer1.weight"], start.Keys);
        Assert.Equal(["stem.1.weight [2]", "stem.1.num_batches_tracked []"], report.Missing.Select(m => m.ToString()));
    }

    [Fact]
    public void Match_names_a_type_that_is_not_read_only_where_the_tensor_is_needed()
    {
        var complex = StateTensor.Over(new ElementFormat(null, "C64", 64), [2], new byte[16]);
        var (start, _) = Match(new StateDict([.. Fitting, new("frequencies", complex)]));
        Assert.Equal(3, start.Count);
        var needed = new StateDict(Fitting.Select(t => t.Key == "stem.1.weight" ? new(t.Key, complex) : t));
        var error = Assert.Throws<ArgumentException>(() => Match(needed));
        Assert.Contains("'stem.1.weight' is of type C64", error.Message);
        Assert.Contains("tensor.float()", error.Message);
    }

    [Fact]
    public void Match_of_nothing_or_of_two_parts_alike_says_so()
    {
        Assert.Contains("no tensor of the encoder", Assert.Throws<ArgumentException>(() => Match(Ramps(new NamedShape("a", [1])))).Message);
        Assert.Contains("no tensor of the encoder", Assert.Throws<ArgumentException>(() => Match(new([]))).Message);
        var twice = new StateDict([.. Prefixed("left.", Fitting), .. Prefixed("right.", Fitting)]);
        Assert.Contains("StateDict.Under", Assert.Throws<ArgumentException>(() => Match(twice)).Message);
        Assert.Equal(3, Match(twice.Under("right.")).Report.Matched.Count);
    }

    [Fact]
    public void Match_of_names_with_thousands_of_dots_ends_at_once()
    {
        var dots = new StateDict(Enumerable.Range(0, 20).Select(i => KeyValuePair.Create(new string('.', 100_000 + i), StateTensor.FromFloats([], [1]))));
        Assert.Throws<ArgumentException>(() => Match(dots));
    }

    [Fact]
    public void Fit_starts_a_frozen_encoder_from_a_file_of_another_fit()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        using var first = ml.Trainer().Fit(view);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            first.ToStateDict().Under("encoders.0.").Save(path);
            var modality = Modality.Vector("A", Encoders.Mlp(6)).WithPretrainedWeights(path, freeze: true);
            Assert.Equal(2, modality.ReportPretrainedWeights(4).Matched.Count);
            var log = new List<string>();
            ml.Log += (_, e) => log.Add(e.Message);
            using var second = ml.Trainer(o => o.Modalities[0] = modality).Fit(view);
            Assert.Contains(log, m => m.Contains("Pre-trained weights of 'A': 2 tensors matched"));
            AssertSame(first.ToStateDict().Under("encoders.0."), second.ToStateDict().Under("encoders.0."));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Fit_from_weights_of_another_architecture_is_refused()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        using var first = ml.Trainer().Fit(view);
        var modality = Modality.Vector("A", Encoders.Mlp(6, 5)).WithPretrainedWeights(first.ToStateDict().Under("encoders.0."));
        Assert.Contains("layers.2.weight [5, 6]", Assert.Throws<ArgumentException>(() => ml.Trainer(o => o.Modalities[0] = modality).Fit(view)).Message);
        Assert.Contains("layers.2.weight [5, 6]", Assert.Throws<ArgumentException>(() => modality.ReportPretrainedWeights(4)).Message);
        Assert.Throws<InvalidOperationException>(() => Modality.Vector("A").ReportPretrainedWeights(4));
        Assert.Throws<FileNotFoundException>(() => Modality.Vector("A").WithPretrainedWeights("there is no such file.pth"));
    }

    [Fact]
    public void Fit_of_an_encoder_of_ones_own_maps_published_names_and_exports_counters()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        var published = new StateDict([
            .. Ramps(new("module.conv1.weight", [4, 1, 1]), new("module.bn1.weight", [4]), new("module.bn1.bias", [4]), new("module.bn1.running_mean", [4]),
                new("module.bn1.running_var", [4]), new("module.fc.weight", [7, 4])),
            new("module.bn1.num_batches_tracked", new StateTensor(ElementType.Int64, [], BitConverter.GetBytes(70_000L)))]);
        var modality = Modality.Vector("A", new TinyConvolutionalEncoder(2)).WithPretrainedWeights(published, freeze: true);
        var report = modality.ReportPretrainedWeights(4);
        Assert.Equal(6, report.Matched.Count);
        Assert.Equal("stem.conv.weight", Assert.Single(report.Matched, m => m.IsAdapted).Name);
        using var model = ml.Trainer(o => o.Modalities[0] = modality).Fit(view);
        var weights = model.ToStateDict().Under("encoders.0.");
        Assert.Equal(published["module.bn1.running_var"].ToFloats(), weights["stem.norm.running_var"].ToFloats());
        Assert.Equal(ElementType.Int64, weights["stem.norm.num_batches_tracked"].Type);
        Assert.Equal([70_000.0], weights["stem.norm.num_batches_tracked"].ToDoubles());
    }

    [Fact]
    public void ToStateDict_names_all_parts()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        var model = ml.Trainer().Fit(view);
        var weights = model.ToStateDict();
        Assert.Equal(["encoders.0.layers.0.weight", "encoders.0.layers.0.bias", "encoders.1.layers.0.weight", "encoders.1.layers.0.bias", "heads.0.weight",
            "heads.0.bias", "heads.1.weight", "heads.1.bias"], weights.Keys.Take(8));
        Assert.All(weights.Keys.Skip(8), name => Assert.StartsWith("joint.", name));
        Assert.Equal("Float32 [6, 4]", weights["encoders.0.layers.0.weight"].ToString());
        Assert.Equal(TestWeightFiles.Save(weights), TestWeightFiles.Save(model.ToStateDict()));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(model.ToStateDict);
    }

    private static (IReadOnlyDictionary<string, float[]> Start, PretrainedWeightsReport Report) Match(StateDict weights, bool strict = true) =>
        PretrainedWeights.Match(Own, name => name, weights, strict);

    private static StateDict Prefixed(string prefix, StateDict weights) => new(weights.Select(t => KeyValuePair.Create(prefix + t.Key, t.Value)));

    private static StateDict Ramps(params NamedShape[] tensors) => new(tensors.Select(t =>
        KeyValuePair.Create(
            t.Name, StateTensor.FromFloats(t.Shape, [.. Enumerable.Range(1, (int)t.Shape.Aggregate(1L, (p, s) => p * s)).Select(i => i / 8f)]))));

    private static void AssertSame(StateDict expected, StateDict given)
    {
        Assert.Equal(expected.Keys, given.Keys);
        Assert.All(expected, t => Assert.Equal(t.Value.ToFloats(), given[t.Key].ToFloats()));
    }
}
