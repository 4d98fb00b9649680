using System.Runtime.ExceptionServices;

namespace GBlend.MLNet;

/// <summary>
/// The paper's GB-Estimate (Algorithm 1): from the network as it is, every branch is trained on its own for the epochs of a span; how
/// its losses changed gives its weight. The network itself is not touched.
/// </summary>
/// <remarks>
/// The single-modality branches share no parameter, so one copy of the network trains all of them in one pass, exactly as if each had
/// a copy of its own. The joint branch shares their encoders and so has the second copy. Both see the epochs' own order of rows and
/// learning rates, with optimisers that start anew.
/// </remarks>
internal sealed class GradientBlendingEstimator : IDisposable
{
    private readonly TrainingRun _run;
    private readonly JointNetwork _single;
    private readonly JointNetwork _joint;

    internal GradientBlendingEstimator(TrainingRun run)
    {
        _run = run;
        _single = run.CreateNetwork();
        _joint = run.CreateNetwork();
    }

    /// <summary>Estimates the weights of a span.</summary>
    /// <param name="network">The network at the start of the span.</param>
    /// <param name="before">Its losses.</param>
    /// <param name="span">The epochs.</param>
    internal (double[] Weights, BlendingEstimate Estimate) Estimate(JointNetwork network, MeasuredLosses before, BlendingSpan span)
    {
        var shape = network.Shape;
        int[] singles = [.. shape.Branches.Where(b => b != shape.JointBranch)];
        MeasuredLosses afterSingle = null!, afterJoint = null!;
        SideBySide(
            () => afterSingle = TrainAlone(_single, network, singles, span, "single"),
            () => afterJoint = TrainAlone(_joint, network, [shape.JointBranch], span, "joint"));
        var branches = shape.Branches.Select(branch =>
        {
            var after = branch == shape.JointBranch ? afterJoint : afterSingle;
            return new BranchLosses(shape.NameOf(branch), before.TrainOf(branch), before.HeldOutOf(branch), after.TrainOf(branch), after.HeldOutOf(branch));
        }).ToArray();
        return BlendingWeights.Estimate(branches, _run.Settings.Blending.Guards, span.FirstEpoch, span.Epochs, Seeds.Derive(_run.Settings.Seed, "resample", span.FirstEpoch), _run.Groups);
    }

    public void Dispose()
    {
        _single.Dispose();
        _joint.Dispose();
    }

    /// <summary>On two cores when each training uses one; the copies share nothing that is written, so the result is the same either way.</summary>
    private void SideBySide(Action first, Action second)
    {
        if (!_run.Settings.TrainsSideBySide || _run.NumberOfThreads != 1 || Environment.ProcessorCount < 2)
        {
            first();
            second();
            return;
        }
        try
        {
            Parallel.Invoke(first, second);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private MeasuredLosses TrainAlone(JointNetwork copy, JointNetwork network, int[] branches, BlendingSpan span, string purpose)
    {
        using var threads = new TorchThreadScope(_run.NumberOfThreads);
        copy.CopyFrom(network);
        using var trainer = new BranchTrainer(copy, _run.Settings, _run.Loss);
        trainer.SetWeights([.. branches.Select(b => (b, 1.0))], clipApart: true);
        for (int epoch = span.FirstEpoch; epoch < span.FirstEpoch + span.Epochs; epoch++)
        {
            copy.SeedDropout(Seeds.Derive(_run.Settings.Seed, purpose, epoch));
            trainer.TrainEpoch(_run.Store, _run.OrderOf(epoch), _run.DrawOf(epoch), _run.LearningRateOf(epoch), rows => _run.OnBatch(TrainingPhase.Estimating, rows));
        }
        return _run.Meter.Measure(copy, branches);
    }
}
