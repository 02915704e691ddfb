"""Every MongoDB call lives here. A repository of tenant data is made with the tenant and adds it to every filter."""
