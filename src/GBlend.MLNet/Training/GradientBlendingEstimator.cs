namespace GBlend.MLNet;

/// <summary>
/// The paper's GB-Estimate (Algorithm 1): from the network as it is, every branch is trained on its own for the epochs of a span; how
/// its losses changed gives its weight. The network itself is not touched.
/// </summary>
/// <remarks>
/// The single-modality branches share no parameter, so one copy of the network trains all of them in one pass, exactly as if each had
/// a copy of its own. The joint branch shares their encoders and so has the second copy. Both see the epochs' own order of rows and
/// learning rates, with new optimizers.
/// </remarks>
internal sealed class GradientBlendingEstimator : IDisposable
{
    private readonly FitContext _fit;
    private readonly JointNetwork _single;
    private readonly JointNetwork _joint;

    internal GradientBlendingEstimator(FitContext fit, Func<JointNetwork> createNetwork)
    {
        _fit = fit;
        _single = createNetwork();
        _joint = createNetwork();
    }

    /// <summary>Estimates the weights of a span.</summary>
    /// <param name="network">The network at the start of the span.</param>
    /// <param name="before">Its losses.</param>
    /// <param name="firstEpoch">The span's first epoch.</param>
    /// <param name="epochs">The span's length.</param>
    /// <param name="guards">See <see cref="BlendingGuards"/>.</param>
    internal BlendingEstimate Estimate(JointNetwork network, MeasuredLosses before, int firstEpoch, int epochs, BlendingGuards guards)
    {
        var shape = network.Shape;
        int k = shape.Modalities.Count;
        EpochPlan singles = new([.. Enumerable.Repeat(1.0, k), 0]), joint = new([.. Enumerable.Repeat(0.0, k), 1]);
        MeasuredLosses afterSingle = null!, afterJoint = null!;
        SideBySide.Run(_fit.TrainsSideBySide,
            () => afterSingle = TrainAlone(_single, network, singles, firstEpoch, epochs, "single"),
            () => afterJoint = TrainAlone(_joint, network, joint, firstEpoch, epochs, "joint"));
        var branches = shape.Branches.Select(branch =>
        {
            var after = branch == shape.JointBranch ? afterJoint : afterSingle;
            return new BranchLosses(shape.NameOf(branch), before.TrainOf(branch), before.HeldOutOf(branch), after.TrainOf(branch), after.HeldOutOf(branch))
            {
                TrainPresence = before.TrainPresenceOf(branch),
                HeldOutPresence = before.HeldOutPresenceOf(branch),
            };
        }).ToArray();
        int seed = _fit.Settings.SeedOf("resample", firstEpoch);
        return WeightEstimation.Estimate(branches, guards, firstEpoch, epochs, seed, _fit.Groups, before.TrainWeights, before.HeldOutWeights);
    }

    public void Dispose()
    {
        _single.Dispose();
        _joint.Dispose();
    }

    private MeasuredLosses TrainAlone(JointNetwork copy, JointNetwork network, EpochPlan plan, int firstEpoch, int epochs, string purpose)
    {
        using var threads = new TorchThreadScope(_fit.NumberOfThreads);
        copy.CopyFrom(network);
        using var trainer = new BranchTrainer(copy, _fit.Settings, _fit.Loss);
        trainer.SetPlan(plan, clipApart: true);
        for (int epoch = firstEpoch; epoch < firstEpoch + epochs; epoch++)
            _fit.TrainEpoch(trainer, epoch, TrainingPhase.Estimating, _fit.Settings.SeedOf(purpose, epoch));
        return _fit.Meter.Measure(copy, trainer.Branches);
    }
}
