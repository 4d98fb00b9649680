namespace GBlend.MLNet.Tests;

/// <summary>Reference vectors and real data sets, which live beside the repository and not in it.</summary>
internal static class SharedFolder
{
    internal static string? Root { get; } = Find();

    internal static string PathTo(params string[] parts) => Path.Combine([Root!, .. parts]);

    private static string? Find()
    {
        string shared = Repository.PathTo("..", "shared");
        return Directory.Exists(shared) ? shared : null;
    }
}

/// <summary>A test on the shared folder, skipped where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute()
    {
        if (SharedFolder.Root is null)
            Skip = "Needs the folder 'shared' beside the repository.";
    }
}

/// <summary>A theory on the shared folder, skipped where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute()
    {
        if (SharedFolder.Root is null)
            Skip = "Needs the folder 'shared' beside the repository.";
    }
}
