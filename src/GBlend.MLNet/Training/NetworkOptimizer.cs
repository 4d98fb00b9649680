using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Steps the parts of a network that learn by their gradients, and owns the state that takes.</summary>
/// <remarks>
/// TorchSharp's optimizers make a native scalar per operation and step and leave it to the finalizer, which can free it while the
/// operation reads it; under load a long training then fails at random. Here scalars have owners, and parts that lie side by side are one tensor.
/// </remarks>
internal abstract class NetworkOptimizer(FlatParameters parameters) : IDisposable
{
    private const string StepsOfParts = "optimizer.steps";

    private readonly Dictionary<ParameterSegment, int> _steps = [];
    private (Run Run, ParameterSegment[] Segments)[] _runs = [];

    internal static NetworkOptimizer Create(Optimizer rule, double weightDecay, FlatParameters parameters) => rule.Kind switch
    {
        OptimizerKind.Sgd => new SgdOptimizer(parameters, rule.Momentum, weightDecay),
        OptimizerKind.Adam => new AdamOptimizer(parameters, rule.Beta1, rule.Beta2, weightDecay, decoupled: false),
        OptimizerKind.AdamW => new AdamOptimizer(parameters, rule.Beta1, rule.Beta2, weightDecay, decoupled: true),
        _ => throw new InvalidOperationException($"Unknown optimizer {rule}."),
    };

    /// <summary>Says which parts learn from now on. A part that learned before goes on with the state it has.</summary>
    internal void SetLearning(IEnumerable<ParameterSegment> segments)
    {
        SetSteps();
        foreach (var (run, _) in _runs)
            run.Dispose();
        var groups = new List<List<(long Start, long Length, ParameterSegment Segment)>>();
        foreach (var tensor in segments.OrderBy(s => s.Start).SelectMany(s => s.Learning.Select(t => (t.Start, t.Length, s))))
        {
            if (groups.Count > 0 && groups[^1][^1] is var last && last.Start + last.Length == tensor.Start && StepsOf(last.Segment) == StepsOf(tensor.s))
                groups[^1].Add(tensor);
            else
                groups.Add([tensor]);
        }
        _runs = [.. groups.Select(g =>
            (new Run(parameters, States, g[0].Start, g.Sum(t => t.Length)) { Steps = StepsOf(g[0].Segment) }, g.Select(t => t.Segment).Distinct().ToArray()))];
    }

    /// <summary>Before the first backward pass of a step.</summary>
    internal void ZeroGradients()
    {
        foreach (var (run, _) in _runs)
        {
            run.Gradient.zero_();
            if (parameters.HasOriginals)
                run.StepGradient.zero_();
        }
    }

    /// <summary>After each backward pass of a step. Gradients in bfloat16 are added up in float32; others have added themselves up.</summary>
    internal void AddGradients()
    {
        if (!parameters.HasOriginals)
            return;
        foreach (var (run, _) in _runs)
        {
            run.StepGradient.PlusInPlace(run.Gradient);
            run.Gradient.zero_();
        }
    }

    /// <summary>One step along the gradients that were added up. Without autograd, which the caller switches off.</summary>
    internal void Step(double learningRate)
    {
        foreach (var (run, _) in _runs)
        {
            run.Steps++;
            Update(run, learningRate);
            if (parameters.HasOriginals)
                run.Values.copy_(run.Master);
        }
        parameters.MarkChanged();
    }

    /// <summary>Has parts begin as if they had taken no step: what was gathered from the gradients of their old parameters says nothing of new ones.</summary>
    internal void Forget(IReadOnlyCollection<ParameterSegment> segments)
    {
        using var grad = no_grad();
        ParameterSegment[] learning = [.. _runs.SelectMany(run => run.Segments).Distinct()];
        SetLearning([]);
        foreach (var segment in segments)
        {
            _steps.Remove(segment);
            foreach (var state in States)
            {
                using var part = state.narrow(0, segment.Start, segment.Length);
                part.zero_();
            }
        }
        SetLearning(learning);
    }

    /// <summary>What was gathered from gradients, and the number of steps of every part.</summary>
    /// <param name="parts">All parts of the network, in order.</param>
    internal IEnumerable<KeyValuePair<string, StateTensor>> Save(IReadOnlyList<ParameterSegment> parts)
    {
        SetSteps();
        using var steps = tensor([.. parts.Select(part => (long)StepsOf(part))]);
        return [.. States.Select((state, i) => KeyValuePair.Create(NameOf(i), state.ToExact())), new(StepsOfParts, steps.ToExact())];
    }

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    internal void Load(StateDict state, IReadOnlyList<ParameterSegment> parts)
    {
        ParameterSegment[] learning = [.. _runs.SelectMany(run => run.Segments).Distinct()];
        SetLearning([]);
        for (int i = 0; i < States.Count; i++)
            state.CopyTo(NameOf(i), States[i]);
        using var steps = zeros(parts.Count, ScalarType.Int64);
        state.CopyTo(StepsOfParts, steps);
        foreach (var (part, taken) in parts.Zip(steps.data<long>().ToArray()))
            _steps[part] = checked((int)taken);
        SetLearning(learning);
    }

    public virtual void Dispose()
    {
        foreach (var (run, _) in _runs)
            run.Dispose();
        foreach (var state in States)
            state.Dispose();
    }

    /// <summary>One number of each per parameter, all zero before the first step.</summary>
    protected abstract IReadOnlyList<Tensor> States { get; }

    protected abstract void Update(Run run, double learningRate);

    private void SetSteps()
    {
        foreach (var (run, members) in _runs)
        {
            foreach (var segment in members)
                _steps[segment] = run.Steps;
        }
    }

    private static string NameOf(int state) => $"optimizer.{state}";

    private int StepsOf(ParameterSegment segment) => _steps.GetValueOrDefault(segment);

    /// <summary>Parameters side by side that have taken the same number of steps.</summary>
    protected sealed class Run(FlatParameters parameters, IReadOnlyList<Tensor> states, long start, long length) : IDisposable
    {
        internal int Steps { get; set; }

        internal Tensor Gradient { get; } = Part(parameters.Gradient, start, length);

        internal Tensor StepGradient { get; } = Part(parameters.StepGradient, start, length);

        internal Tensor Values { get; } = Part(parameters.Values, start, length);

        internal Tensor Master { get; } = Part(parameters.Master, start, length);

        internal IReadOnlyList<Tensor> States { get; } = [.. states.Select(s => Part(s, start, length))];

        public void Dispose()
        {
            foreach (Tensor part in (Tensor[])[Gradient, StepGradient, Values, Master, .. States])
                part.Dispose();
        }

        private static Tensor Part(Tensor flat, long start, long length) => flat.narrow(0, start, length).DetachFromDisposeScope();
    }
}

/// <summary>PyTorch's SGD: no dampening, no Nesterov.</summary>
internal sealed class SgdOptimizer(FlatParameters parameters, double momentum, double weightDecay) : NetworkOptimizer(parameters)
{
    private readonly Scalar _momentum = momentum, _decay = weightDecay;
    private Scalar _minusRate = 0.0;
    private double _rate;

    /// <summary>The velocity, if there is momentum.</summary>
    protected override IReadOnlyList<Tensor> States { get; } = momentum == 0 ? [] : [parameters.Master.zeros_like().DetachFromDisposeScope()];

    protected override void Update(Run run, double learningRate)
    {
        if (learningRate != _rate)
        {
            _minusRate.Dispose();
            (_minusRate, _rate) = (-learningRate, learningRate);
        }
        if (weightDecay != 0)
            run.StepGradient.add_(run.Master, _decay);
        var direction = momentum == 0 ? run.StepGradient : run.States[0].mul_(_momentum).PlusInPlace(run.StepGradient);
        run.Master.add_(direction, _minusRate);
    }

    public override void Dispose()
    {
        base.Dispose();
        _momentum.Dispose();
        _decay.Dispose();
        _minusRate.Dispose();
    }
}

/// <summary>PyTorch's Adam and AdamW, epsilon 1e-8, bias-corrected.</summary>
internal sealed class AdamOptimizer(FlatParameters parameters, double beta1, double beta2, double weightDecay, bool decoupled) : NetworkOptimizer(parameters)
{
    private readonly Scalar _beta1 = beta1, _beta2 = beta2, _rest1 = 1 - beta1, _rest2 = 1 - beta2, _epsilon = 1e-8, _decay = weightDecay;

    /// <summary>The running means of the gradient and of its square.</summary>
    protected override IReadOnlyList<Tensor> States { get; } =
        [parameters.Master.zeros_like().DetachFromDisposeScope(), parameters.Master.zeros_like().DetachFromDisposeScope()];

    protected override void Update(Run run, double learningRate)
    {
        var (values, gradient, mean, square) = (run.Master, run.StepGradient, run.States[0], run.States[1]);
        using Scalar correction = Math.Sqrt(1 - Math.Pow(beta2, run.Steps));
        using Scalar step = -learningRate / (1 - Math.Pow(beta1, run.Steps));
        if (weightDecay != 0 && decoupled)
        {
            using Scalar keep = 1 - learningRate * weightDecay;
            values.mul_(keep);
        }
        else if (weightDecay != 0)
            gradient.add_(values, _decay);
        mean.mul_(_beta1).add_(gradient, _rest1);
        square.mul_(_beta2).addcmul_(gradient, gradient, _rest2);
        using var denominator = square.sqrt().div_(correction).PlusInPlace(_epsilon);
        values.addcdiv_(mean, denominator, step);
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var scalar in new[] { _beta1, _beta2, _rest1, _rest2, _epsilon, _decay })
            scalar.Dispose();
    }
}
