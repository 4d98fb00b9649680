using System.Text.Json.Nodes;
using GBlend.MLNet.Tests.Components;
using Microsoft.ML;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Tests;

/// <summary>Encoders that users write: what is wrong with one is said by its name and column, before anything is trained.</summary>
/// <remarks>They look at torch's global generator, which other tests borrow while they build networks.</remarks>
[Collection(nameof(ProcessWide))]
public sealed class OthersEncoderTests
{
    private readonly MLContext _ml = new(1);

    public static TheoryData<string, string> Faults => new()
    {
        { "no module", "Build gave no module" },
        { "width", "gave features of shape [4, 5] for 4 rows, but says that their width is 6" },
        { "middle width", "gave mid-level features of shape [4, 5]" },
        { "one dimension", "gave features of shape [4]" },
        { "fewer rows", "gave features of shape [3, 6] for 4 rows" },
        { "double", "gave features of type Float64" },
        { "not finite", "not finite" },
        { "nothing", "gave no features" },
        { "random", "gives other features when it encodes the same rows again" },
        { "fails", "failed on rows of shape [4, 4] with" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fit_names_what_is_wrong_with_an_encoder_of_others(string fault, string message)
    {
        var options = Samples.Tiny(o => (o.Modalities[0], o.LabelColumnName) = (Modality.Vector("A", new Faulty(fault)), nameof(Sample.IsRed)));
        var generator = get_rng_state();
        var e = Assert.Throws<InvalidOperationException>(() => _ml.BinaryClassification.Trainers.GradientBlending(options).Fit(_ml.View(Samples.Rows())));
        Assert.Contains("'A'", e.Message);
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain("/pytorch/", e.Message);
        Assert.DoesNotContain('\n', e.Message);
        if (fault != "no module")
            Assert.Contains("Net", e.Message);
        Assert.Equal(generator.data<byte>().ToArray(), get_rng_state().data<byte>().ToArray());
    }

    [Fact]
    public void Save_of_a_model_whose_encoder_has_no_settings_is_refused()
    {
        var options = Samples.Tiny(o => (o.Modalities[0], o.LabelColumnName) = (Modality.Vector("A", new Faulty("no settings")), nameof(Sample.IsRed)));
        var view = _ml.View(Samples.Rows());
        using var model = _ml.BinaryClassification.Trainers.GradientBlending(options).Fit(view);
        using var file = new MemoryStream();
        var e = Assert.ThrowsAny<Exception>(() => _ml.Model.Save(model, view.Schema, file)).GetBaseException();
        Assert.Contains("ToSettings of the encoder Faulty gave null", e.Message);
    }

    /// <summary>Where a layer belongs; containers dispose of what goes from layer to layer.</summary>
    [Fact]
    public void SeededDropout_works_in_a_sequence_of_layers()
    {
        var options = Samples.Tiny(o => (o.Modalities[0], o.LabelColumnName, o.Seed) = (Modality.Vector("A", new Faulty("sequence")), nameof(Sample.IsRed), 3));
        var view = _ml.View(Samples.Rows());
        float[] Scores()
        {
            using var model = _ml.BinaryClassification.Trainers.GradientBlending(options).Fit(view);
            return model.Transform(view).Values<float>("Score");
        }
        Assert.Equal(Scores(), Scores());
    }

    private sealed class Faulty(string fault) : Encoder
    {
        public override string Kind => "faulty";

        public override JsonObject ToSettings() => fault == "no settings" ? null! : [];

        public override EncoderModule Build(IReadOnlyList<int> inputShape) => fault == "no module" ? null! : new Net(inputShape[0], fault);
    }

    private sealed class Net : EncoderModule
    {
        private readonly Sequential layers;
        private readonly string _fault;

        internal Net(int width, string fault) : base("faulty", 6, 6)
        {
            _fault = fault;
            layers = fault == "sequence"
                ? Sequential(Linear(width, 8), new SeededDropout(0.5f), ReLU(), new SeededDropout(0.2f), Linear(8, 6), new SeededDropout(0.1f))
                : Sequential(Linear(width, 8), ReLU(), Linear(8, 6));
            RegisterComponents();
        }

        public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
        {
            var feature = layers.call(input);
            var (middle, last) = _fault switch
            {
                "width" => (feature, feature.narrow(1, 0, 5)),
                "middle width" => (feature.narrow(1, 0, 5), feature),
                "one dimension" => (feature, feature.sum(1)),
                "fewer rows" => (feature, feature.narrow(0, 0, feature.shape[0] - 1)),
                "double" => (feature, feature.to(ScalarType.Float64)),
                "not finite" => (feature, feature.log() - feature.abs().log()),
                "nothing" => (feature, null!),
                "random" => (feature, feature + randn_like(feature)),
                "fails" => (feature, layers.call(feature)),
                _ => (feature, feature),
            };
            return (middle, last);
        }
    }
}
