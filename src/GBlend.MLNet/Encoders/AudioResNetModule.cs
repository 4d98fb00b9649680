using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// ResNet for log-mel spectrograms as in the paper's official code (VMZ, <c>av_resnet</c>): a 3 x 3 convolution to 16 channels and three
/// basic blocks of 32 stand in for the 7 x 7 stem, every stage halves time and frequency, and the end is a max pooling.
/// </summary>
/// <remarks>
/// Made for 100 frames x 40 bands, of which 4 x 2 positions remain before the pooling, which here takes whatever remains. There is no
/// published PyTorch network of it; the names are torchvision's where they mean the same.
/// </remarks>
internal sealed class AudioResNetModule : EncoderModule, IGraphEncoder
{
    internal static ResNetFamily Family { get; } = new(
        "audio-resnet", "Audio ResNet", InputLayout.Audio, [18, 34, 50, 101, 152], _ => false, plan => new AudioResNetModule(plan), Describe)
    {
        MapName = (depth, name) => VmzNames.OfAudio(name, ResNetPlan.BlocksOf(depth)),
    };

    private const double Epsilon = 1e-3;
    private readonly Sequential stem, layer1, layer2, layer3, layer4;
    private readonly InputScaling scaling;
    private readonly ResNetPlan plan;

    private AudioResNetModule(ResNetPlan plan) : base(Family.Kind, plan.FeatureWidth, plan.MiddleWidth)
    {
        (scaling, this.plan) = (plan.Scaling, plan);
        int first = plan.Scale(16), width = plan.Scale(32);
        stem = Sequential(
            Convolutions.Plane(1, first, 3, 1, bias: true),
            new PlaneBlocks.Basic(first, width, 2, Epsilon),
            new PlaneBlocks.Basic(width, width, 1, Epsilon),
            new PlaneBlocks.Basic(width, width, 1, Epsilon));
        layer1 = PlaneBlocks.Stage(plan, 0, ref width, 2, Epsilon);
        layer2 = PlaneBlocks.Stage(plan, 1, ref width, 2, Epsilon);
        layer3 = PlaneBlocks.Stage(plan, 2, ref width, 2, Epsilon);
        layer4 = PlaneBlocks.Stage(plan, 3, ref width, 2, Epsilon);
        RegisterComponents();
    }

    internal override double MultiplyAdds =>
        CountParameters(stem) * Positions(1) + CountParameters(layer1) * Positions(2) + CountParameters(layer2) * Positions(3)
            + CountParameters(layer3) * Positions(4) + CountParameters(layer4) * Positions(5);

    /// <summary>Spectrograms [rows, frames, bands].</summary>
    public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = stem.call(scaling.Apply(input).unsqueeze(1));
        var third = layer3.call(layer2.call(layer1.call(x)));
        var fourth = layer4.call(third);
        return scope.MoveToOuter(Pool(third), Pool(fourth));
    }

    (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
    {
        string Most(string x) => graph.Node("ReduceMax", x, ("axes", new[] { 2L, 3 }), ("keepdims", 0L));
        string x = graph.Draw(stem, graph.Node("Unsqueeze", scaling.Draw(graph, input), ("axes", new[] { 1L })));
        string third = graph.Draw(layer3, graph.Draw(layer2, graph.Draw(layer1, x)));
        return (Most(third), Most(graph.Draw(layer4, third)));
    }

    private static IEnumerable<NamedShape> Describe(ResNetPlan plan)
    {
        int first = plan.Scale(16), width = plan.Scale(32);
        return
        [
            .. LayerShapes.Convolution("stem.0", 1, first, [3, 3], bias: true),
            .. PlaneBlocks.DescribeBasic("stem.1", first, width, 2),
            .. PlaneBlocks.DescribeBasic("stem.2", width, width, 1), .. PlaneBlocks.DescribeBasic("stem.3", width, width, 1),
            .. PlaneBlocks.Describe(plan, 0, ref width, 2, "layer1"), .. PlaneBlocks.Describe(plan, 1, ref width, 2, "layer2"),
            .. PlaneBlocks.Describe(plan, 2, ref width, 2, "layer3"), .. PlaneBlocks.Describe(plan, 3, ref width, 2, "layer4"),
        ];
    }

    private double Positions(int halvings) => plan.Halved(0, halvings) * plan.Halved(1, halvings);

    private static Tensor Pool(Tensor x) => functional.adaptive_max_pool2d(x, [1, 1]).flatten(1);
}
