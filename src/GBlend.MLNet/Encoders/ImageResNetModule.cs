using GBlend.MLNet.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>The residual blocks of networks over a plane: images, and audio in time and frequency.</summary>
internal static class PlaneBlocks
{
    /// <summary>A stage: its first block changes width and stride, the others keep them.</summary>
    /// <param name="plan">The numbers.</param>
    /// <param name="stage">0 to 3.</param>
    /// <param name="width">The channels that come in; afterwards those that go out.</param>
    /// <param name="stride">The first block's.</param>
    /// <param name="epsilon">Batch normalization's.</param>
    internal static Sequential Stage(ResNetPlan plan, int stage, ref int width, int stride, double epsilon)
    {
        var blocks = Sequential();
        for (int i = 0; i < plan.Blocks[stage]; i++)
        {
            int inside = plan.StageWidth(stage), step = i == 0 ? stride : 1;
            blocks.append(plan.HasBottlenecks ? new Bottleneck(width, inside, step, epsilon) : new Basic(width, inside, step, epsilon));
            width = inside * plan.Expansion;
        }
        return blocks;
    }

    /// <summary>The tensors of <see cref="Stage"/>.</summary>
    internal static IEnumerable<NamedShape> Describe(ResNetPlan plan, int stage, ref int width, int stride, string name)
    {
        int first = width, inside = plan.StageWidth(stage), outputs = inside * plan.Expansion;
        width = outputs;
        return Enumerable.Range(0, plan.Blocks[stage]).SelectMany(i => plan.HasBottlenecks
            ? Describe($"{name}.{i}", i == 0 ? stride : 1, [(i == 0 ? first : outputs, inside, 1), (inside, inside, 3), (inside, outputs, 1)])
            : DescribeBasic($"{name}.{i}", i == 0 ? first : outputs, outputs, i == 0 ? stride : 1));
    }

    /// <summary>The tensors of <see cref="Basic"/>.</summary>
    internal static IEnumerable<NamedShape> DescribeBasic(string name, int inputs, int outputs, int stride) =>
        Describe(name, stride, [(inputs, outputs, 3), (outputs, outputs, 3)]);

    private static IEnumerable<NamedShape> Describe(string name, int stride, (int Inputs, int Outputs, int Kernel)[] convolutions)
    {
        var tensors = convolutions.SelectMany((c, i) => (NamedShape[])
        [
            .. LayerShapes.Convolution($"{name}.conv{i + 1}", c.Inputs, c.Outputs, [c.Kernel, c.Kernel]),
            .. LayerShapes.BatchNorm($"{name}.bn{i + 1}", c.Outputs),
        ]);
        int inputs = convolutions[0].Inputs, outputs = convolutions[^1].Outputs;
        return inputs == outputs && stride == 1
            ? tensors
            :
            [
                .. tensors, .. LayerShapes.Convolution($"{name}.downsample.0", inputs, outputs, [1, 1]),
                .. LayerShapes.BatchNorm($"{name}.downsample.1", outputs),
            ];
    }

    /// <summary>1 x 1 convolution and batch normalization of the shortcut, where the block changes width or stride; else none.</summary>
    private static Sequential? Shortcut(int inputs, int outputs, int stride, double epsilon) => inputs == outputs && stride == 1
        ? null
        : Sequential(Convolutions.Plane(inputs, outputs, 1, stride), new BatchNorm(outputs, epsilon));

    /// <summary>Two 3 x 3 convolutions.</summary>
    internal sealed class Basic : Module<Tensor, Tensor>, IGraphModule
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm bn2;
        private readonly Sequential? downsample;

        internal Basic(int inputs, int outputs, int stride, double epsilon) : base(nameof(Basic))
        {
            conv1 = Convolutions.Plane(inputs, outputs, 3, stride);
            bn1 = new BatchNorm(outputs, epsilon);
            conv2 = Convolutions.Plane(outputs, outputs, 3, 1);
            bn2 = new BatchNorm(outputs, epsilon);
            downsample = Shortcut(inputs, outputs, stride, epsilon);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var y = bn1.call(conv1.call(input)).relu_();
            y = bn2.call(conv2.call(y));
            return scope.MoveToOuter(y.PlusInPlace(downsample?.call(input) ?? input).relu_());
        }

        string IGraphModule.Draw(GraphBuilder graph, string input)
        {
            string y = graph.Relu(graph.Draw(bn1, graph.Draw(conv1, input)));
            y = graph.Draw(bn2, graph.Draw(conv2, y));
            return graph.Relu(graph.Add(y, downsample is null ? input : graph.Draw(downsample, input)));
        }
    }

    /// <summary>1 x 1 to the inside width, 3 x 3 with the stride, 1 x 1 to four times the width.</summary>
    internal sealed class Bottleneck : Module<Tensor, Tensor>, IGraphModule
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm bn2;
        private readonly Conv2d conv3;
        private readonly BatchNorm bn3;
        private readonly Sequential? downsample;

        internal Bottleneck(int inputs, int inside, int stride, double epsilon) : base(nameof(Bottleneck))
        {
            conv1 = Convolutions.Plane(inputs, inside, 1, 1);
            bn1 = new BatchNorm(inside, epsilon);
            conv2 = Convolutions.Plane(inside, inside, 3, stride);
            bn2 = new BatchNorm(inside, epsilon);
            conv3 = Convolutions.Plane(inside, 4 * inside, 1, 1);
            bn3 = new BatchNorm(4 * inside, epsilon);
            downsample = Shortcut(inputs, 4 * inside, stride, epsilon);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var y = bn1.call(conv1.call(input)).relu_();
            y = bn2.call(conv2.call(y)).relu_();
            y = bn3.call(conv3.call(y));
            return scope.MoveToOuter(y.PlusInPlace(downsample?.call(input) ?? input).relu_());
        }

        string IGraphModule.Draw(GraphBuilder graph, string input)
        {
            string y = graph.Relu(graph.Draw(bn1, graph.Draw(conv1, input)));
            y = graph.Relu(graph.Draw(bn2, graph.Draw(conv2, y)));
            y = graph.Draw(bn3, graph.Draw(conv3, y));
            return graph.Relu(graph.Add(y, downsample is null ? input : graph.Draw(downsample, input)));
        }
    }
}

/// <summary>
/// ResNet for images (He et al., CVPR 2016) as torchvision builds it: a bottleneck's stride is on its 3 x 3 convolution. Parameter names
/// are those of torchvision's <c>resnet18</c>, <c>resnet34</c> and so on, less <c>fc</c>.
/// </summary>
internal sealed class ImageResNetModule : EncoderModule, IGraphEncoder
{
    internal static ResNetFamily Family { get; } = new(
        "image-resnet", "Image ResNet", InputLayout.Image, [18, 34, 50, 101, 152], _ => true, plan => new ImageResNetModule(plan), Describe);

    private const double Epsilon = 1e-5;
    private readonly Conv2d conv1;
    private readonly BatchNorm bn1;
    private readonly Sequential layer1, layer2, layer3, layer4;
    private readonly InputScaling scaling;
    private readonly ResNetPlan plan;

    private ImageResNetModule(ResNetPlan plan) : base(Family.Kind, plan.FeatureWidth, plan.MiddleWidth)
    {
        (scaling, this.plan) = (plan.Scaling, plan);
        conv1 = Convolutions.Plane(plan.Channels, plan.Scale(64), 7, 2);
        bn1 = new BatchNorm(plan.Scale(64), Epsilon);
        int width = plan.Scale(64);
        layer1 = PlaneBlocks.Stage(plan, 0, ref width, 1, Epsilon);
        layer2 = PlaneBlocks.Stage(plan, 1, ref width, 2, Epsilon);
        layer3 = PlaneBlocks.Stage(plan, 2, ref width, 2, Epsilon);
        layer4 = PlaneBlocks.Stage(plan, 3, ref width, 2, Epsilon);
        RegisterComponents();
    }

    internal override double MultiplyAdds =>
        CountParameters(conv1) * Positions(1) + CountParameters(layer1) * Positions(2) + CountParameters(layer2) * Positions(3)
            + CountParameters(layer3) * Positions(4) + CountParameters(layer4) * Positions(5);

    /// <summary>Images [rows, height, width, channels].</summary>
    public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = scaling.Apply(input).permute(0, 3, 1, 2).contiguous();
        x = bn1.call(conv1.call(x)).relu_();
        x = functional.max_pool2d(x, 3, 2, 1);
        var third = layer3.call(layer2.call(layer1.call(x)));
        var fourth = layer4.call(third);
        return scope.MoveToOuter(third.mean([2, 3]), fourth.mean([2, 3]));
    }

    (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
    {
        string x = graph.Transpose(scaling.Draw(graph, input), 0, 3, 1, 2);
        x = graph.Relu(graph.Draw(bn1, graph.Draw(conv1, x)));
        x = graph.Node("MaxPool", x, ("kernel_shape", new[] { 3L, 3 }), ("strides", new[] { 2L, 2 }), ("pads", new[] { 1L, 1, 1, 1 }));
        string third = graph.Draw(layer3, graph.Draw(layer2, graph.Draw(layer1, x)));
        return (graph.Mean(third, 2, 3), graph.Mean(graph.Draw(layer4, third), 2, 3));
    }

    private static IEnumerable<NamedShape> Describe(ResNetPlan plan)
    {
        int width = plan.Scale(64);
        return
        [
            .. LayerShapes.Convolution("conv1", plan.Channels, width, [7, 7]), .. LayerShapes.BatchNorm("bn1", width),
            .. PlaneBlocks.Describe(plan, 0, ref width, 1, "layer1"), .. PlaneBlocks.Describe(plan, 1, ref width, 2, "layer2"),
            .. PlaneBlocks.Describe(plan, 2, ref width, 2, "layer3"), .. PlaneBlocks.Describe(plan, 3, ref width, 2, "layer4"),
        ];
    }

    private double Positions(int halvings) => plan.Halved(0, halvings) * plan.Halved(1, halvings);
}
