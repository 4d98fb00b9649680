namespace GBlend.MLNet.AutoML;

/// <summary>From settings to the trainer's options.</summary>
internal static class SettingsMapping
{
    /// <summary>What an adaptive optimizer's rate is of SGD's: so far apart lie the trainer's defaults for them.</summary>
    private const double AdaptiveRate = 0.02;

    /// <summary>The channels of a residual network's first stage as published.</summary>
    internal const double PublishedWidth = 64;

    private const int LeastWidth = 16;

    /// <summary>A copy that shares only what can't change.</summary>
    internal static GradientBlendingTrainer.Options Copy(GradientBlendingTrainer.Options options)
    {
        var copy = new GradientBlendingTrainer.Options();
        foreach (var property in typeof(GradientBlendingTrainer.Options).GetProperties().Where(p => p.CanWrite))
            property.SetValue(copy, property.GetValue(options));
        foreach (var modality in options.Modalities)
            copy.Modalities.Add(modality);
        foreach (var member in options.Members)
            copy.Members.Add(member);
        return copy;
    }

    internal static void Configure(GradientBlendingSettings settings, GradientBlendingTrainer.Options options)
    {
        ConfigureModalities(settings, options);
        if (settings.Optimizer is { } optimizer)
            options.Optimizer = OptimizerOf(optimizer);
        options.LearningRate = settings.LearningRate ?? options.LearningRate;
        options.WeightDecay = settings.WeightDecay ?? options.WeightDecay;
        options.BatchSize = settings.BatchSize ?? options.BatchSize;
        options.Fusion = FusionOf(settings, options.Fusion);
        options.Blending = BlendingOf(settings, options.Blending, options.NumberOfEpochs);
    }

    /// <summary>The settings that say what the options say, as far as there are settings for it.</summary>
    internal static GradientBlendingSettings From(GradientBlendingTrainer.Options options)
    {
        var settings = new GradientBlendingSettings
        {
            Blending = MethodOf(options.Blending),
            TrustByStandardError = options.Blending.Guards.TrustByStandardError,
            KeepLearningRate = options.Blending.Guards.KeepLearningRate,
            WeightFloor = options.Blending.Guards.WeightFloor,
            Fusion = Enum.Parse<FusionMethod>(options.Fusion.Kind.ToString()),
            FusionWidth = options.Fusion.HiddenWidths.Count > 0 ? options.Fusion.HiddenWidths[0] : null,
            FusionDropout = Math.Round(options.Fusion.Dropout, 6),
            Optimizer = MethodOf(options.Optimizer),
            LearningRate = Math.Round(options.LearningRate ?? options.Optimizer.DefaultLearningRate, 8),
            WeightDecay = Math.Round(options.WeightDecay, 8),
            BatchSize = options.BatchSize,
        };
        foreach (var (modality, encoder) in settings.Modalities.Zip(options.Modalities, (s, m) => (s, m.Encoder)))
        {
            (modality.IsUsed, modality.Kind) = (true, KindOf(encoder));
            (modality.Depth, modality.Width, modality.Dropout) = encoder switch
            {
                MlpEncoder mlp => (mlp.Widths.Count, mlp.Widths[0], Math.Round(mlp.Dropout, 6)),
                TextEncoder text => (text.Layers, text.Width, Math.Round(text.Dropout, 6)),
                ResNetEncoder net => (net.Depth, (int)Math.Round(PublishedWidth * net.WidthMultiplier), 0.0),
                _ => default((int?, int?, double?)),
            };
        }
        return settings;
    }

    /// <summary>Whether all settings of a modality are left to the trainer's options.</summary>
    internal static bool IsGiven(EncoderSettings e) => e is { Kind: null, Depth: null, Width: null, Dropout: null };

    /// <summary>What SGD's learning rates are multiplied by for an optimizer.</summary>
    internal static double RateScale(OptimizerMethod? optimizer) => optimizer is null or OptimizerMethod.Sgd ? 1 : AdaptiveRate;

    /// <summary>The name of a blending whose numbers are as they come; <see langword="null"/> for another.</summary>
    internal static BlendingMethod? MethodOf(Blending blending) =>
        BlendingMethods.All.Where(m => m.Create().Equals(blending with { Guards = new() })).Select(m => (BlendingMethod?)m.Method).FirstOrDefault();

    /// <summary>The optimizer of the trainer's options, as a sweep knows it.</summary>
    internal static OptimizerMethod MethodOf(Optimizer optimizer) => Enum.Parse<OptimizerMethod>(optimizer.Kind.ToString());

    /// <summary>The kind of an encoder, <see langword="null"/> for one that is not the library's.</summary>
    internal static EncoderKind? KindOf(Encoder encoder) => s_kinds.FirstOrDefault(k => k.Create().Kind == encoder.Kind) is { Create: not null } known
        ? known.Kind : null;

    private static readonly (EncoderKind Kind, Func<Encoder> Create)[] s_kinds =
    [
        (EncoderKind.Mlp, static () => Encoders.Mlp(1)),
        (EncoderKind.ImageResNet, static () => Encoders.ImageResNet()),
        (EncoderKind.AudioResNet, static () => Encoders.AudioResNet()),
        (EncoderKind.R3D, static () => Encoders.R3D()),
        (EncoderKind.MC3, static () => Encoders.MC3()),
        (EncoderKind.R2Plus1D, static () => Encoders.R2Plus1D()),
        (EncoderKind.IrCsn, static () => Encoders.IrCsn()),
        (EncoderKind.IpCsn, static () => Encoders.IpCsn()),
        (EncoderKind.TextPooling, static () => Encoders.TextPooling()),
        (EncoderKind.TextCnn, static () => Encoders.TextCnn()),
        (EncoderKind.TextTransformer, static () => Encoders.TextTransformer()),
    ];

    private static void ConfigureModalities(GradientBlendingSettings settings, GradientBlendingTrainer.Options options)
    {
        var given = options.Modalities.ToArray();
        options.Modalities.Clear();
        for (int i = 0; i < given.Length; i++)
        {
            var modality = i < GradientBlendingSettings.MostModalities ? settings.Modalities[i] : new();
            if (modality.IsUsed != false)
                options.Modalities.Add(ModalityOf(modality, given[i]));
        }
        if (options.Modalities.Count == 0)
            throw new ArgumentException("No modality is used. Leave IsUsed at true for one of them.", nameof(settings));
        NarrowMembers(options);
    }

    /// <summary>Members read what is left of their modalities; those of which nothing is left are left out.</summary>
    private static void NarrowMembers(GradientBlendingTrainer.Options options)
    {
        string[] vectors = [.. options.Modalities.Where(m => m.Kind == ModalityKind.Vector).Select(m => m.ColumnName)];
        for (int i = options.Members.Count - 1; i >= 0; i--)
        {
            var member = options.Members[i];
            string[] left = [.. member.ColumnNames.Where(name => options.Modalities.Any(m => m.ColumnName == name))];
            if ((member.ColumnNames.Count == 0 ? vectors : left).Length == 0)
                options.Members.RemoveAt(i);
            else if (left.Length < member.ColumnNames.Count)
                options.Members[i] = member.Reading(left);
        }
    }

    private static Modality ModalityOf(EncoderSettings settings, Modality given)
    {
        if (settings.Augmentation is { } level)
            given = given.WithAugmentation(Augmentations.Of(level, given));
        if (IsGiven(settings))
            return given;
        if (given.PretrainedFrom is not null || given.PretrainedWeights is not null)
        {
            throw new ArgumentException($"The modality '{given.ColumnName}' starts from pre-trained weights, so its encoder can't vary. "
                + "Take Kind, Depth, Width and Dropout of it out of the space.");
        }
        return given.WithEncoder(EncoderOf(settings, given));
    }

    private static Encoder EncoderOf(EncoderSettings settings, Modality given)
    {
        var kind = settings.Kind ?? KindOf(given.Encoder)
            ?? throw new ArgumentException(
                $"The encoder of '{given.ColumnName}' is of kind '{given.Encoder.Kind}', which a sweep does not know. Take it out of the space, or set Kind.");
        return kind switch
        {
            EncoderKind.Mlp => MlpOf(settings, given.Encoder as MlpEncoder ?? Encoders.Mlp(64, 32)),
            EncoderKind.TextPooling or EncoderKind.TextCnn or EncoderKind.TextTransformer =>
                TextOf(kind, settings, given.Encoder as TextEncoder ?? Encoders.TextPooling()),
            _ => ResNetOf(kind, settings, given.Encoder as ResNetEncoder),
        };
    }

    private static MlpEncoder MlpOf(EncoderSettings settings, MlpEncoder given)
    {
        int[] widths = [.. given.Widths];
        if (settings.Depth is not null || settings.Width is not null)
        {
            int first = settings.Width ?? widths[0];
            widths = [.. Enumerable.Range(0, settings.Depth ?? widths.Length).Select(i => Math.Max(first >> i, Math.Min(first, LeastWidth)))];
        }
        return Encoders.Mlp(widths).WithDropout((float?)settings.Dropout ?? given.Dropout);
    }

    private static TextEncoder TextOf(EncoderKind kind, EncoderSettings settings, TextEncoder given)
    {
        int width = settings.Width ?? given.Width;
        var encoder = kind switch
        {
            EncoderKind.TextPooling => Encoders.TextPooling(given.VocabularySize, width),
            EncoderKind.TextCnn => Encoders.TextCnn(given.VocabularySize, width),
            _ => Encoders.TextTransformer(given.VocabularySize, width, settings.Depth ?? Math.Max(given.Layers, 2), given.Heads > 1 ? given.Heads : 4),
        };
        return encoder.WithDropout((float?)settings.Dropout ?? given.Dropout);
    }

    private static ResNetEncoder ResNetOf(EncoderKind kind, EncoderSettings settings, ResNetEncoder? given)
    {
        int? depth = settings.Depth ?? (KindOrNull(given) == kind ? given?.Depth : null);
        double width = settings.Width / PublishedWidth ?? given?.WidthMultiplier ?? 1;
        var encoder = kind switch
        {
            EncoderKind.ImageResNet => Encoders.ImageResNet(depth ?? 18, width),
            EncoderKind.AudioResNet => Encoders.AudioResNet(depth ?? 18, width),
            EncoderKind.R3D => Encoders.R3D(depth ?? 18, width),
            EncoderKind.MC3 => Encoders.MC3(depth ?? 18, width),
            EncoderKind.R2Plus1D => Encoders.R2Plus1D(depth ?? 18, width),
            EncoderKind.IrCsn => Encoders.IrCsn(depth ?? 50, width),
            EncoderKind.IpCsn => Encoders.IpCsn(depth ?? 50, width),
            _ => throw new ArgumentException($"{kind} is no residual network."),
        };
        return given is null ? encoder : encoder.WithNormalization(given.Mean, given.StandardDeviation);
    }

    private static EncoderKind? KindOrNull(Encoder? encoder) => encoder is null ? null : KindOf(encoder);

    private static Optimizer OptimizerOf(OptimizerMethod method) => method switch
    {
        OptimizerMethod.Adam => Optimizer.Adam(),
        OptimizerMethod.AdamW => Optimizer.AdamW(),
        _ => Optimizer.Sgd(),
    };

    private static Fusion FusionOf(GradientBlendingSettings settings, Fusion given)
    {
        int[] widths = settings.FusionWidth is { } width ? [width] : [.. given.HiddenWidths];
        var fusion = (settings.Fusion?.ToString() ?? given.Kind.ToString()) switch
        {
            nameof(FusionMethod.MidConcat) => Fusion.MidConcat(widths),
            nameof(FusionMethod.SqueezeExcitationGate) => Fusion.SqueezeExcitationGate(widths),
            nameof(FusionMethod.NonLocalGate) => Fusion.NonLocalGate(widths),
            _ => Fusion.Concat(widths),
        };
        return fusion.WithDropout((float?)settings.FusionDropout ?? given.Dropout);
    }

    private static Blending BlendingOf(GradientBlendingSettings settings, Blending given, int epochs)
    {
        var guards = given.Guards with
        {
            TrustByStandardError = settings.TrustByStandardError ?? given.Guards.TrustByStandardError,
            KeepLearningRate = settings.KeepLearningRate ?? given.Guards.KeepLearningRate,
            WeightFloor = settings.WeightFloor ?? given.Guards.WeightFloor,
        };
        var blending = settings switch
        {
            { Blending: null } => given,
            { Blending: BlendingMethod.Online, SuperEpoch: { } length } => Blending.Online(Math.Min(length, epochs)),
            { Blending: { } method } => BlendingMethods.Create(method),
        };
        return blending with { Guards = guards };
    }
}
