using System.Globalization;

namespace GBlend.MLNet.AutoML;

/// <summary>Ready search spaces, to be narrowed or widened by the methods of <see cref="SweepSpace{T}"/>.</summary>
public static class SweepSpaces
{
    private static readonly string[] s_slots = [.. Enumerable.Range(1, GradientBlendingSettings.MostModalities).Select(i => $"Modality{i}")];

    /// <summary>Makes the space for a trainer's modalities, each with the ranges that suit its encoder.</summary>
    /// <param name="options">The trainer's options. What they set is what the first trial tries and what does not vary.</param>
    /// <exception cref="ArgumentException">There is no modality, or more than six vary.</exception>
    public static SweepSpace<GradientBlendingSettings> For(GradientBlendingTrainer.Options options) => For<GradientBlendingSettings>(options);

    /// <summary>Makes the space for a trainer's modalities over settings of your own.</summary>
    /// <param name="options">The trainer's options.</param>
    /// <typeparam name="T">The settings class.</typeparam>
    /// <exception cref="ArgumentException">There is no modality, or more than six vary.</exception>
    public static SweepSpace<T> For<T>(GradientBlendingTrainer.Options options) where T : GradientBlendingSettings, new()
    {
        ArgumentNullException.ThrowIfNull(options);
        int count = options.Modalities.Count;
        if (count == 0)
            throw new ArgumentException("The trainer's options have no modality. Add them first: the space depends on them.", nameof(options));
        if (count > s_slots.Length)
            throw new ArgumentException($"The trainer's options have {count} modalities, but a sweep varies {s_slots.Length} at most.", nameof(options));
        var space = new SweepSpace<T>();
        for (int i = 0; i < s_slots.Length; i++)
            space = i < count ? ForModality(space, i, options.Modalities[i], count) : Drop(space, s_slots[i]);
        // Lengths that end where successive halving, as it is by default, compares trials, and the trainer's own.
        int run = options.NumberOfEpochs;
        var lengths = SweepStages.Of(run).Where(stage => stage < run).Append(Math.Max(1, run / 6)).Distinct().Order();
        space = space.Choice(s => s.SuperEpoch, [.. lengths.Select(n => (int?)n)]);
        space = count == 1 ? WithoutBlending(space) : space;
        return (SweepSpace<T>)WithOptimizerOf(WithConditions(space, options), options);
    }

    /// <summary>Makes the space for vectors: perceptrons of every modality, fusion, blending, optimizer.</summary>
    /// <param name="columnNames">The columns, in the order of the trainer's modalities.</param>
    public static SweepSpace<GradientBlendingSettings> Vectors(params string[] columnNames)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        return For(With([.. columnNames.Select(c => Modality.Vector(c))]));
    }

    /// <summary>
    /// Makes the space for clips with their sound: 3-D residual networks and audio ResNets of 18 and 34 layers at an eighth to all of their width.
    /// </summary>
    /// <param name="videoColumnName">The clip, the trainer's first modality.</param>
    /// <param name="audioColumnName">The spectrogram, its second.</param>
    public static SweepSpace<GradientBlendingSettings> AudioVisual(string videoColumnName, string audioColumnName) =>
        For(With(Modality.Video(videoColumnName), Modality.Audio(audioColumnName)));

    /// <summary>Makes the space for images with a text: ResNets of 18 to 50 layers, and pooled, convolved or attended tokens.</summary>
    /// <param name="imageColumnName">The image, the trainer's first modality.</param>
    /// <param name="textColumnName">The token ids, its second.</param>
    public static SweepSpace<GradientBlendingSettings> ImageText(string imageColumnName, string textColumnName) =>
        For(With(Modality.Image(imageColumnName), Modality.Text(textColumnName)));

    /// <summary>A space for a trainer: without the settings of modalities that the trainer has not.</summary>
    /// <exception cref="ArgumentException">The space is over other settings, is for other columns, has an impossible value, or nothing varies.</exception>
    internal static SweepSpace Fitted(SweepSpace space, GradientBlendingTrainer.Options trainer)
    {
        if (space.Given().Settings is not GradientBlendingSettings)
        {
            throw new ArgumentException(
                $"The space is over {space.Given().Settings.GetType().Name}. Derive it from {nameof(GradientBlendingSettings)} and override Configure.",
                nameof(space));
        }
        if (space.Settings.FirstOrDefault(s => s.Path == nameof(GradientBlendingSettings.LearningRate)) is { } rate
            && (rate.Values.Count > 0 ? rate.Values.Min(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)) : rate.Least) is <= 0 and var least)
            throw new ArgumentException(FormattableString.Invariant($"The space has {least} for {rate.Path}, which must be above 0."), nameof(space));
        foreach (var setting in space.Settings)
        {
            int slot = Array.FindIndex(s_slots, s => setting.Path.StartsWith(s + ".", StringComparison.Ordinal));
            // Ready spaces name settings by column; what one adds oneself is called by its path.
            if (slot < 0 || setting.Name == setting.Path)
                continue;
            string column = setting.Name[..^(setting.Path.Length - s_slots[slot].Length)];
            string? has = slot < trainer.Modalities.Count ? trainer.Modalities[slot].ColumnName : null;
            if (has != column)
            {
                throw new ArgumentException($"The space has '{column}' for modality {slot + 1}, where the trainer has {(has is null ? "none" : $"'{has}'")}. "
                    + $"Give the space the trainer's columns in their order: {string.Join(", ", trainer.Modalities.Select(m => $"'{m.ColumnName}'"))}.",
                    nameof(space));
            }
        }
        var fitted = WithOptimizerOf(space.WithoutPaths(s_slots.Skip(trainer.Modalities.Count)), trainer);
        // No super-epoch is longer than the run, and none is said to be.
        if (fitted.Settings.FirstOrDefault(s => s.Path == nameof(GradientBlendingSettings.SuperEpoch)) is { } superEpoch)
            fitted = fitted.With(superEpoch.AtMost(trainer.NumberOfEpochs));
        if (fitted.Settings.Count == 0)
            throw new ArgumentException("Nothing varies in the space.", nameof(space));
        return fitted;
    }

    /// <summary>Where the optimizer does not vary, it is the trainer's that says which rates are useful.</summary>
    private static SweepSpace WithOptimizerOf(SweepSpace space, GradientBlendingTrainer.Options trainer)
    {
        var given = SettingsMapping.MethodOf(trainer.Optimizer);
        return space.Settings.FirstOrDefault(s => s.Path == nameof(GradientBlendingSettings.LearningRate)) is { Scale: not null } rate
            ? space.With(rate.Scaled(settings => SettingsMapping.RateScale(((GradientBlendingSettings)settings).Optimizer ?? given)))
            : space;
    }

    private static GradientBlendingTrainer.Options With(params Modality[] modalities)
    {
        var options = new GradientBlendingTrainer.Options();
        foreach (var modality in modalities)
            options.Modalities.Add(modality);
        return options;
    }

    private static SweepSpace<T> ForModality<T>(SweepSpace<T> space, int index, Modality modality, int count) where T : GradientBlendingSettings, new()
    {
        string slot = s_slots[index];
        string Path(string property) => $"{slot}.{property}";
        SweepSpace<T> Choose(SweepSpace<T> s, string property, params object[] values) =>
            s.With(SweepSetting.Choice(Path(property), typeof(EncoderSettings).GetProperty(property)!.PropertyType, values));

        if (count == 1)
            space = Drop(space, Path(nameof(EncoderSettings.IsUsed)));
        bool isFixed = modality.PretrainedFrom is not null || modality.PretrainedWeights is not null;
        switch (isFixed ? null : SettingsMapping.KindOf(modality.Encoder))
        {
            case EncoderKind.Mlp:
                break;
            case EncoderKind.ImageResNet:
                space = Choose(Choose(space, nameof(EncoderSettings.Depth), 18, 34, 50), nameof(EncoderSettings.Width), 8, 16, 32, 64);
                space = Drop(space, Path(nameof(EncoderSettings.Dropout)));
                break;
            case EncoderKind.AudioResNet:
                space = Choose(Choose(space, nameof(EncoderSettings.Depth), 18, 34), nameof(EncoderSettings.Width), 8, 16, 32, 64);
                space = Drop(space, Path(nameof(EncoderSettings.Dropout)));
                break;
            case EncoderKind.R3D or EncoderKind.MC3 or EncoderKind.R2Plus1D:
                space = Choose(space, nameof(EncoderSettings.Kind), EncoderKind.R3D, EncoderKind.MC3, EncoderKind.R2Plus1D);
                space = Choose(Choose(space, nameof(EncoderSettings.Depth), 18, 34), nameof(EncoderSettings.Width), 8, 16, 32, 64);
                space = Drop(space, Path(nameof(EncoderSettings.Dropout)));
                // MC3 exists with 18 layers only.
                space = space.Where(s => s.Modalities[index] is not { Kind: EncoderKind.MC3, Depth: not (null or 18) });
                break;
            case EncoderKind.IrCsn or EncoderKind.IpCsn:
                space = Choose(space, nameof(EncoderSettings.Kind), EncoderKind.IrCsn, EncoderKind.IpCsn);
                space = Choose(Choose(space, nameof(EncoderSettings.Depth), 50, 101), nameof(EncoderSettings.Width), 8, 16, 32, 64);
                space = Drop(space, Path(nameof(EncoderSettings.Dropout)));
                break;
            case EncoderKind.TextPooling or EncoderKind.TextCnn or EncoderKind.TextTransformer:
                space = Choose(space, nameof(EncoderSettings.Kind), EncoderKind.TextPooling, EncoderKind.TextCnn, EncoderKind.TextTransformer);
                space = Choose(Choose(space, nameof(EncoderSettings.Depth), 1, 2, 4), nameof(EncoderSettings.Width), 32, 64, 128);
                var given = SettingsMapping.KindOf(modality.Encoder);
                space = Condition(space, Path(nameof(EncoderSettings.Depth)), s => (s.Modalities[index].Kind ?? given) == EncoderKind.TextTransformer);
                break;
            default:
                // Pre-trained weights fix their encoder, and one of the user's own is not known.
                foreach (string property in new[] { nameof(EncoderSettings.Depth), nameof(EncoderSettings.Width), nameof(EncoderSettings.Dropout) })
                    space = Drop(space, Path(property));
                break;
        }
        if (modality.Kind is ModalityKind.Image or ModalityKind.Video or ModalityKind.Audio)
            space = Choose(space, nameof(EncoderSettings.Augmentation), AugmentationLevel.None, AugmentationLevel.Light, AugmentationLevel.Strong);
        foreach (var setting in space.Settings.Where(s => s.Path.StartsWith(slot + ".", StringComparison.Ordinal)).ToArray())
        {
            space = space.Called(setting.Path, $"{modality.ColumnName}{setting.Path[slot.Length..]}");
            if (!setting.Path.EndsWith(nameof(EncoderSettings.IsUsed), StringComparison.Ordinal))
                space = Condition(space, setting.Path, s => s.Modalities[index].IsUsed != false);
        }
        return space;
    }

    /// <summary>With a single modality there is nothing to blend and nothing to fuse.</summary>
    private static SweepSpace<T> WithoutBlending<T>(SweepSpace<T> space) where T : GradientBlendingSettings, new() => space
        .Without(s => s.Blending).Without(s => s.SuperEpoch)
        .Without(s => s.TrustByStandardError).Without(s => s.KeepLearningRate).Without(s => s.WeightFloor)
        .Without(s => s.Fusion).Without(s => s.FusionWidth).Without(s => s.FusionDropout);

    /// <summary>Says which settings have an effect only together with others, and which combinations can't be.</summary>
    private static SweepSpace<T> WithConditions<T>(SweepSpace<T> space, GradientBlendingTrainer.Options options) where T : GradientBlendingSettings, new()
    {
        int count = options.Modalities.Count;
        // A blending that no name stands for may be any.
        var given = SettingsMapping.MethodOf(options.Blending);
        bool Estimates(T s) => (s.Blending ?? given) is null or BlendingMethod.Online or BlendingMethod.Offline;
        bool Blends(T s) => s.Modalities.Take(count).Count(m => m.IsUsed != false) > 1;
        bool Fuses(T s) => Blends(s) && (s.Blending ?? given) != BlendingMethod.Separate;
        space = Condition(space, nameof(GradientBlendingSettings.Blending), Blends);
        space = Condition(space, nameof(GradientBlendingSettings.SuperEpoch), s => Blends(s) && s.Blending == BlendingMethod.Online);
        space = Condition(space, nameof(GradientBlendingSettings.TrustByStandardError), s => Blends(s) && Estimates(s));
        space = Condition(space, nameof(GradientBlendingSettings.WeightFloor), s => Blends(s) && Estimates(s));
        space = Condition(space, nameof(GradientBlendingSettings.KeepLearningRate),
            s => Blends(s) && (Estimates(s) || (s.Blending ?? given) == BlendingMethod.Equal));
        space = Condition(space, nameof(GradientBlendingSettings.Fusion), Fuses);
        space = Condition(space, nameof(GradientBlendingSettings.FusionWidth), Fuses);
        space = Condition(space, nameof(GradientBlendingSettings.FusionDropout), Fuses);
        return space.Where(s => s.Modalities.Take(count).Any(m => m.IsUsed != false));
    }

    private static SweepSpace<T> Condition<T>(SweepSpace<T> space, string path, Func<T, bool> condition) where T : GradientBlendingSettings, new()
    {
        if (space.Settings.FirstOrDefault(s => s.Path == path) is not { } setting)
            return space;
        var before = setting.Condition;
        return space.With(setting.When(s => before?.Invoke(s) != false && condition((T)s)));
    }

    private static SweepSpace<T> Drop<T>(SweepSpace<T> space, string path) where T : GradientBlendingSettings, new() => space.Dropping(path);
}
