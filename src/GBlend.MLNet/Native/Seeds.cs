namespace GBlend.MLNet;

/// <summary>Independent seeds from one: the same purpose and number always give the same stream.</summary>
internal static class Seeds
{
    internal static int Derive(int seed, string purpose, int number = 0)
    {
        uint hash = 2166136261;
        foreach (char c in purpose)
            hash = (hash ^ c) * 16777619;
        hash ^= (uint)seed * 2654435761u;
        hash = (hash ^ (hash >> 16)) * 0x45D9F3B;
        hash ^= (uint)number * 0x9E3779B9u;
        hash = (hash ^ (hash >> 16)) * 0x45D9F3B;
        return (int)((hash ^ (hash >> 16)) & 0x7FFFFFFF);
    }
}
