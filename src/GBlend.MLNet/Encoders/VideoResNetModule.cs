using GBlend.MLNet.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>The convolutions of which video networks make their blocks, in place of a 3 x 3 x 3.</summary>
internal enum VideoConvolution
{
    /// <summary>3 x 3 x 3.</summary>
    Full,

    /// <summary>1 x 3 x 3: frames on their own.</summary>
    Frame,

    /// <summary>1 x 3 x 3 to a middle width, batch normalization, ReLU, 3 x 1 x 1.</summary>
    SpaceThenTime,

    /// <summary>3 x 3 x 3 within each channel.</summary>
    Depthwise,

    /// <summary>1 x 1 x 1, batch normalization, 3 x 3 x 3 within each channel.</summary>
    PointThenDepthwise,
}

/// <summary>What tells one video network from another.</summary>
/// <param name="Kind">Its name in model files.</param>
/// <param name="Convolutions">Per stage.</param>
/// <param name="Epsilon">Batch normalization's.</param>
/// <param name="MiddleOfBlock">
/// Whether the middle width of <see cref="VideoConvolution.SpaceThenTime"/> follows from the block's channels (torchvision) or from the convolution's
/// own (VMZ).
/// </param>
internal sealed record VideoVariant(string Kind, VideoConvolution[] Convolutions, double Epsilon, bool MiddleOfBlock = false)
{
    internal bool HasFactoredStem => Convolutions[0] == VideoConvolution.SpaceThenTime;
}

/// <summary>
/// A residual block: two of the network's convolutions, or, as a bottleneck, one between a 1 x 1 x 1 to the inside width and a 1 x 1 x 1
/// to four times that.
/// </summary>
internal sealed class VideoBlock : Module<Tensor, Tensor>, IGraphModule
{
    private readonly Sequential conv1;
    private readonly Sequential conv2;
    private readonly Sequential? conv3;
    private readonly Sequential? downsample;

    internal VideoBlock(VideoVariant variant, VideoConvolution kind, int inputs, int inside, int stride, bool isBottleneck) : base(nameof(VideoBlock))
    {
        int outputs = isBottleneck ? 4 * inside : inside;
        BatchNorm Norm(int channels) => new(channels, variant.Epsilon);
        if (isBottleneck)
        {
            conv1 = Sequential(Convolutions.Space(inputs, inside, (1, 1), (1, 1)), Norm(inside), ReLU(inplace: true));
            conv2 = Sequential(Convolution(variant, kind, inside, inside, inputs, stride), Norm(inside), ReLU(inplace: true));
            conv3 = Sequential(Convolutions.Space(inside, outputs, (1, 1), (1, 1)), Norm(outputs));
        }
        else
        {
            conv1 = Sequential(Convolution(variant, kind, inputs, outputs, inputs, stride), Norm(outputs), ReLU(inplace: true));
            conv2 = Sequential(Convolution(variant, kind, outputs, outputs, inputs, 1), Norm(outputs));
        }
        if (stride != 1 || inputs != outputs)
            downsample = Sequential(Convolutions.Space(inputs, outputs, (1, 1), (kind == VideoConvolution.Frame ? 1 : stride, stride)), Norm(outputs));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var y = conv2.call(conv1.call(input));
        y = conv3?.call(y) ?? y;
        return scope.MoveToOuter(y.PlusInPlace(downsample?.call(input) ?? input).relu_());
    }

    string IGraphModule.Draw(GraphBuilder graph, string input)
    {
        string y = graph.Draw(conv2, graph.Draw(conv1, input));
        y = conv3 is null ? y : graph.Draw(conv3, y);
        return graph.Relu(graph.Add(y, downsample is null ? input : graph.Draw(downsample, input)));
    }

    /// <param name="variant">The network.</param>
    /// <param name="kind">The convolution.</param>
    /// <param name="inputs">Its channels.</param>
    /// <param name="outputs">Its output's.</param>
    /// <param name="blockInputs">The channels that come into the block.</param>
    /// <param name="stride">In time, where the convolution reaches over time, and in the plane.</param>
    private static Module<Tensor, Tensor> Convolution(VideoVariant variant, VideoConvolution kind, int inputs, int outputs, int blockInputs, int stride)
    {
        switch (kind)
        {
            case VideoConvolution.Full:
                return Convolutions.Space(inputs, outputs, (3, 3), (stride, stride));
            case VideoConvolution.Frame:
                return Convolutions.Space(inputs, outputs, (1, 3), (1, stride));
            case VideoConvolution.SpaceThenTime:
                int middle = MiddleWidth(variant.MiddleOfBlock ? blockInputs : inputs, outputs);
                return Sequential(
                    Convolutions.Space(inputs, middle, (1, 3), (1, stride)), new BatchNorm(middle, variant.Epsilon), ReLU(inplace: true),
                    Convolutions.Time(middle, outputs, stride));
            case VideoConvolution.Depthwise:
                return Convolutions.Space(inputs, outputs, (3, 3), (stride, stride), groups: inputs);
            case VideoConvolution.PointThenDepthwise:
                return Sequential(
                    Convolutions.Space(inputs, outputs, (1, 1), (1, 1)), new BatchNorm(outputs, variant.Epsilon),
                    Convolutions.Space(outputs, outputs, (3, 3), (stride, stride), groups: outputs));
            default:
                throw new InvalidOperationException($"Unknown convolution {kind}.");
        }
    }

    /// <summary>The tensors of a block of the same numbers.</summary>
    internal static IEnumerable<NamedShape> Describe(
        VideoVariant variant, VideoConvolution kind, int inputs, int inside, int stride, bool isBottleneck, string name)
    {
        int outputs = isBottleneck ? 4 * inside : inside;
        IEnumerable<NamedShape> Point(string at, int from, int to) =>
            [.. LayerShapes.Convolution($"{at}.0", from, to, [1, 1, 1]), .. LayerShapes.BatchNorm($"{at}.1", to)];
        IEnumerable<NamedShape> Own(string at, int from, int to) =>
            [.. Describe(variant, kind, from, to, inputs, $"{at}.0"), .. LayerShapes.BatchNorm($"{at}.1", to)];
        IEnumerable<NamedShape> tensors = isBottleneck
            ? [.. Point($"{name}.conv1", inputs, inside), .. Own($"{name}.conv2", inside, inside), .. Point($"{name}.conv3", inside, outputs)]
            : [.. Own($"{name}.conv1", inputs, outputs), .. Own($"{name}.conv2", outputs, outputs)];
        return stride != 1 || inputs != outputs ? [.. tensors, .. Point($"{name}.downsample", inputs, outputs)] : tensors;
    }

    private static IEnumerable<NamedShape> Describe(VideoVariant variant, VideoConvolution kind, int inputs, int outputs, int blockInputs, string name)
    {
        switch (kind)
        {
            case VideoConvolution.Full:
                return LayerShapes.Convolution(name, inputs, outputs, [3, 3, 3]);
            case VideoConvolution.Frame:
                return LayerShapes.Convolution(name, inputs, outputs, [1, 3, 3]);
            case VideoConvolution.SpaceThenTime:
                int middle = MiddleWidth(variant.MiddleOfBlock ? blockInputs : inputs, outputs);
                return
                [
                    .. LayerShapes.Convolution($"{name}.0", inputs, middle, [1, 3, 3]), .. LayerShapes.BatchNorm($"{name}.1", middle),
                    .. LayerShapes.Convolution($"{name}.3", middle, outputs, [3, 1, 1]),
                ];
            case VideoConvolution.Depthwise:
                return LayerShapes.Convolution(name, 1, outputs, [3, 3, 3]);
            default:
                return
                [
                    .. LayerShapes.Convolution($"{name}.0", inputs, outputs, [1, 1, 1]), .. LayerShapes.BatchNorm($"{name}.1", outputs),
                    .. LayerShapes.Convolution($"{name}.2", 1, outputs, [3, 3, 3]),
                ];
        }
    }

    /// <summary>As many as give the two convolutions together about the parameters of a 3 x 3 x 3.</summary>
    private static int MiddleWidth(long inputs, long outputs) => (int)(inputs * outputs * 27 / (inputs * 9 + 3 * outputs));
}

/// <summary>
/// Residual networks for clips: R3D, MC3 and R(2+1)D (Tran et al., CVPR 2018), ir-CSN and ip-CSN (Tran et al., ICCV 2019), as torchvision
/// and the paper's official code (VMZ) build them. Parameter names are those of torchvision's <c>VideoResNet</c>, less <c>fc</c>.
/// </summary>
/// <remarks>
/// Batch normalization's momentum is 0.9 in VMZ's Caffe2 code, which means torch's 0.1; its PyTorch port took the 0.9 over as it stands,
/// this library takes it by its meaning. It plays no part in evaluation.
/// </remarks>
internal sealed class VideoResNetModule : EncoderModule, IGraphEncoder
{
    private const double TorchvisionEpsilon = 1e-5, VmzEpsilon = 1e-3;

    internal static ResNetFamily R3D { get; } = FamilyOf(
        "R3D", [18, 34, 50, 101, 152], depth => depth >= 50, _ => new("r3d", All(VideoConvolution.Full), TorchvisionEpsilon));

    internal static ResNetFamily MC3 { get; } = FamilyOf("MC3", [18], _ => false,
        _ => new("mc3", [VideoConvolution.Full, VideoConvolution.Frame, VideoConvolution.Frame, VideoConvolution.Frame], TorchvisionEpsilon));

    internal static ResNetFamily R2Plus1D { get; } = FamilyOf("R(2+1)D", [18, 34, 50, 101, 152], _ => false, depth => depth == 18
        ? new("r2plus1d", All(VideoConvolution.SpaceThenTime), TorchvisionEpsilon, MiddleOfBlock: true)
        : new("r2plus1d", All(VideoConvolution.SpaceThenTime), VmzEpsilon));

    internal static ResNetFamily IrCsn { get; } = FamilyOf(
        "ir-CSN", [50, 101, 152], _ => true, _ => new("ir-csn", All(VideoConvolution.Depthwise), VmzEpsilon));

    internal static ResNetFamily IpCsn { get; } = FamilyOf(
        "ip-CSN", [50, 101, 152], _ => true, _ => new("ip-csn", All(VideoConvolution.PointThenDepthwise), VmzEpsilon));

    private readonly Sequential stem, layer1, layer2, layer3, layer4;
    private readonly InputScaling scaling;
    private readonly ResNetPlan plan;
    private readonly bool keepsFrames;

    private VideoResNetModule(ResNetPlan plan, VideoVariant variant) : base(variant.Kind, plan.FeatureWidth, plan.MiddleWidth)
    {
        (scaling, this.plan, keepsFrames) = (plan.Scaling, plan, variant.Convolutions[^1] == VideoConvolution.Frame);
        stem = Stem(plan, variant);
        int width = plan.Scale(64);
        layer1 = Stage(plan, variant, 0, ref width);
        layer2 = Stage(plan, variant, 1, ref width);
        layer3 = Stage(plan, variant, 2, ref width);
        layer4 = Stage(plan, variant, 3, ref width);
        RegisterComponents();
    }

    internal override double MultiplyAdds =>
        CountParameters(stem) * Positions(0, 1) + CountParameters(layer1) * Positions(0, Pooled(1)) + CountParameters(layer2) * Positions(1, Pooled(2)) +
        CountParameters(layer3) * Positions(2, Pooled(3)) + CountParameters(layer4) * Positions(3, Pooled(4));

    /// <summary>Clips [rows, frames, height, width, channels].</summary>
    public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = stem.call(scaling.Apply(input).permute(0, 4, 1, 2, 3).contiguous());
        var third = layer3.call(layer2.call(layer1.call(x)));
        var fourth = layer4.call(third);
        return scope.MoveToOuter(third.mean([2, 3, 4]), fourth.mean([2, 3, 4]));
    }

    (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
    {
        string x = graph.Draw(stem, graph.Transpose(scaling.Draw(graph, input), 0, 4, 1, 2, 3));
        string third = graph.Draw(layer3, graph.Draw(layer2, graph.Draw(layer1, x)));
        return (graph.Mean(third, 2, 3, 4), graph.Mean(graph.Draw(layer4, third), 2, 3, 4));
    }

    private int Pooled(int halvings) => halvings + (plan.StemPooling ? 1 : 0);

    private double Positions(int halvingsInTime, int halvings) =>
        plan.Halved(0, keepsFrames ? 0 : halvingsInTime) * plan.Halved(1, halvings) * plan.Halved(2, halvings);

    private static ResNetFamily FamilyOf(string name, int[] depths, Func<int, bool> poolsStem, Func<int, VideoVariant> variant) =>
        new(variant(depths[0]).Kind, name, InputLayout.Video, depths, poolsStem,
            plan => new VideoResNetModule(plan, variant(plan.Depth)), plan => Describe(plan, variant(plan.Depth)))
        {
            MapName = (depth, tensor) => VmzNames.OfVideo(tensor, ResNetPlan.BlocksOf(depth), ResNetPlan.IsDeep(depth), variant(depth).Convolutions),
        };

    private static VideoConvolution[] All(VideoConvolution convolution) => [convolution, convolution, convolution, convolution];

    private static Sequential Stem(ResNetPlan plan, VideoVariant variant)
    {
        int outputs = plan.Scale(64), middle = plan.Scale(45);
        var layers = variant.HasFactoredStem
            ? Sequential(
                Convolutions.Space(plan.Channels, middle, (1, 7), (1, 2)), new BatchNorm(middle, variant.Epsilon), ReLU(inplace: true),
                Convolutions.Time(middle, outputs, 1), new BatchNorm(outputs, variant.Epsilon), ReLU(inplace: true))
            : Sequential(
                Convolutions.Space(plan.Channels, outputs, (3, 7), (1, 2)), new BatchNorm(outputs, variant.Epsilon), ReLU(inplace: true));
        if (plan.StemPooling)
            layers.append(MaxPool3d((1, 3, 3), stride: (1, 2, 2), padding: (0, 1, 1)));
        return layers;
    }

    private static Sequential Stage(ResNetPlan plan, VideoVariant variant, int stage, ref int width)
    {
        var blocks = Sequential();
        for (int i = 0; i < plan.Blocks[stage]; i++)
        {
            int inside = plan.StageWidth(stage), stride = stage > 0 && i == 0 ? 2 : 1;
            blocks.append(new VideoBlock(variant, variant.Convolutions[stage], width, inside, stride, plan.HasBottlenecks));
            width = inside * plan.Expansion;
        }
        return blocks;
    }

    private static IEnumerable<NamedShape> Describe(ResNetPlan plan, VideoVariant variant)
    {
        int width = plan.Scale(64), middle = plan.Scale(45);
        IEnumerable<NamedShape> stem = variant.HasFactoredStem
            ?
            [
                .. LayerShapes.Convolution("stem.0", plan.Channels, middle, [1, 7, 7]), .. LayerShapes.BatchNorm("stem.1", middle),
                .. LayerShapes.Convolution("stem.3", middle, width, [3, 1, 1]), .. LayerShapes.BatchNorm("stem.4", width),
            ]
            : [.. LayerShapes.Convolution("stem.0", plan.Channels, width, [3, 7, 7]), .. LayerShapes.BatchNorm("stem.1", width)];
        return
        [
            .. stem, .. Describe(plan, variant, 0, ref width), .. Describe(plan, variant, 1, ref width),
            .. Describe(plan, variant, 2, ref width), .. Describe(plan, variant, 3, ref width),
        ];
    }

    private static IEnumerable<NamedShape> Describe(ResNetPlan plan, VideoVariant variant, int stage, ref int width)
    {
        int first = width, inside = plan.StageWidth(stage), outputs = inside * plan.Expansion;
        width = outputs;
        return Enumerable.Range(0, plan.Blocks[stage]).SelectMany(i => VideoBlock.Describe(
            variant, variant.Convolutions[stage], i == 0 ? first : outputs, inside, stage > 0 && i == 0 ? 2 : 1, plan.HasBottlenecks, $"layer{stage + 1}.{i}"));
    }
}
