using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// The backward pass of the weighted sum of the branches' losses. A head is one linear layer under a loss whose gradient is known, so that
/// its gradients are written down rather than recorded and played back, and heads of one width, which lie side by side in the flat
/// parameters, are one batch of matrices: of small networks' steps that is most of what heads cost.
/// </summary>
internal sealed class BlendedBackward(JointNetwork network, Loss loss, ScalarType precision) : IDisposable
{
    private int[] _branches = [];
    private double[] _weights = [];
    private HeadGroup[] _groups = [];
    private Tensor? _jointWeight;
    private (long Rows, double Share) _weightsAreFor;

    /// <summary>Says what is trained from now on.</summary>
    /// <param name="branches">The branches, in their order.</param>
    /// <param name="weights">A weight each.</param>
    internal void SetWeights(int[] branches, double[] weights)
    {
        Dispose();
        (_branches, _weights, _weightsAreFor) = (branches, weights, default);
        var groups = new List<List<int>>();
        foreach (int head in branches.Where(b => b != network.Shape.JointBranch))
        {
            if (groups.Count > 0 && groups[^1][^1] == head - 1 && network.Parts.Head(head - 1).Length == network.Parts.Head(head).Length)
                groups[^1].Add(head);
            else
                groups.Add([head]);
        }
        _groups = [.. groups.Select(g => new HeadGroup(network, [.. g]))];
    }

    /// <summary>Adds to the gradients of all that learns.</summary>
    /// <param name="pass">Without heads.</param>
    /// <param name="cuts">Where gradients don't flow.</param>
    /// <param name="batch">The rows.</param>
    /// <returns>The predictions of the branches.</returns>
    internal Tensor[] Run(NetworkPass pass, GradientCuts cuts, Batch batch)
    {
        if (_weightsAreFor != (batch.Rows, batch.Share))
            MakeWeights(batch.Rows, batch.Share);
        var predictions = new Tensor[_branches.Length];
        var roots = new List<Tensor>();
        var gradients = new List<Tensor>();
        foreach (var group in _groups)
        {
            using var grad = no_grad();
            Tensor[] features = [.. group.Heads.Select(h => pass.Encoded[h].Feature)];
            var stacked = Exact(stack(features));
            var answers = group.Predict(stacked);
            var onAnswers = loss.GradientOnPredictions(answers, batch.Targets).mul_(group.Weights!);
            if (batch.WeightsOf(group.Heads) is { } rowWeights)
                onAnswers.mul_(rowWeights);
            group.AddGradients(stacked, onAnswers);
            if (!cuts.Heads && features.Any(f => f.requires_grad))
            {
                var onFeatures = group.OnFeatures(onAnswers);
                var onEach = (onFeatures.dtype == network.Precision ? onFeatures : onFeatures.to(network.Precision)).unbind(0);
                for (int i = 0; i < features.Length; i++)
                {
                    if (!features[i].requires_grad)
                        continue;
                    roots.Add(features[i]);
                    gradients.Add(onEach[i]);
                }
            }
            for (int i = 0; i < features.Length; i++)
                predictions[Array.IndexOf(_branches, group.Heads[i])] = answers.select(0, i);
        }
        if (pass.Of(network.Shape.JointBranch) is { } joint)
        {
            predictions[^1] = joint;
            roots.Add(loss.Mean(joint, batch.Targets, batch.WeightsOf(network.Shape.JointBranch)));
            gradients.Add(_jointWeight!);
        }
        if (roots.Count > 0)
            autograd.backward(roots, gradients);
        return predictions;
    }

    /// <summary>Heads are small: theirs are computed in full precision also where the encoders' are not.</summary>
    private static Tensor Exact(Tensor value) => value.dtype == ScalarType.BFloat16 ? value.to(ScalarType.Float32) : value;

    public void Dispose()
    {
        _jointWeight?.Dispose();
        foreach (var group in _groups)
            group.Dispose();
    }

    /// <summary>A micro-batch counts by its rows, so that a step is the same however it is cut.</summary>
    private void MakeWeights(long rows, double share)
    {
        double WeightOf(int branch) => _weights[Array.IndexOf(_branches, branch)] * share;
        _jointWeight?.Dispose();
        if (_branches.Contains(network.Shape.JointBranch))
            _jointWeight = tensor(WeightOf(network.Shape.JointBranch), precision, network.Device).DetachFromDisposeScope();
        foreach (var group in _groups)
        {
            group.Weights?.Dispose();
            group.Weights = tensor([.. group.Heads.Select(h => WeightOf(h) / rows)], [group.Heads.Length, 1, 1], precision, network.Device)
                .DetachFromDisposeScope();
        }
        _weightsAreFor = (rows, share);
    }

    /// <summary>Heads of one width as [heads, outputs, width] and [heads, 1, outputs], parameters and gradients.</summary>
    private sealed class HeadGroup : IDisposable
    {
        private readonly Tensor _weights, _biases, _onWeights, _onBiases;

        internal HeadGroup(JointNetwork network, int[] heads)
        {
            Heads = heads;
            var first = network.Parts.Head(heads[0]);
            int outputs = network.Shape.Outputs;
            using var grad = no_grad();
            using var scope = NewDisposeScope();
            (Tensor, Tensor) Parts(Tensor flat)
            {
                var all = flat.narrow(0, first.Start, heads.Length * first.Length).view(heads.Length, first.Length);
                return (all.narrow(1, 0, first.Length - outputs).view(heads.Length, outputs, -1).DetachFromDisposeScope(),
                    all.narrow(1, first.Length - outputs, outputs).view(heads.Length, 1, outputs).DetachFromDisposeScope());
            }
            (_weights, _biases) = Parts(network.Parameters.Values);
            (_onWeights, _onBiases) = Parts(network.Parameters.Gradient);
        }

        /// <summary>Modalities.</summary>
        internal int[] Heads { get; }

        /// <summary>A weight each, over the rows of a batch.</summary>
        internal Tensor? Weights { get; set; }

        internal Tensor Predict(Tensor features) => features.baddbmm(Exact(_weights).transpose(1, 2), Exact(_biases));

        internal void AddGradients(Tensor features, Tensor onAnswers)
        {
            // Added in place, in the precision of the sum.
            _onWeights.PlusInPlace(onAnswers.transpose(1, 2).bmm(features));
            _onBiases.PlusInPlace(onAnswers.sum(1, keepdim: true));
        }

        internal Tensor OnFeatures(Tensor onAnswers) => onAnswers.bmm(Exact(_weights));

        public void Dispose()
        {
            Weights?.Dispose();
            foreach (var part in new[] { _weights, _biases, _onWeights, _onBiases })
                part.Dispose();
        }
    }
}
